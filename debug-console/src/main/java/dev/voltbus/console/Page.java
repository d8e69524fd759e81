package dev.voltbus.console;

import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/// The files of the page. They are small and few, so they stay in memory: nothing is unpacked to a
/// disk that may be read-only, and no path of a request ever reaches a file system.
final class Page {

  private Page() {}

  static void mount(Router router) {
    mount(router, "/", "console.html", "text/html; charset=utf-8");
    mount(router, "/console.css", "console.css", "text/css; charset=utf-8");
    mount(router, "/console.js", "console.js", "text/javascript; charset=utf-8");
    mount(router, "/pieces.js", "pieces.js", "text/javascript; charset=utf-8");
    mount(router, "/plan.js", "plan.js", "text/javascript; charset=utf-8");
    mount(router, "/icon.svg", "icon.svg", "image/svg+xml");
  }

  private static void mount(Router router, String path, String file, String type) {
    Buffer content = read(file);
    router.get(path).handler(context -> answer(context, content, type));
  }

  private static void answer(RoutingContext context, Buffer content, String type) {
    context.response().putHeader("content-type", type);
    context.end(content).onFailure(gone -> WebApi.clientGone(context, gone));
  }

  private static Buffer read(String file) {
    try (@Nullable InputStream in = Page.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("console: file " + file + " is missing in the jar");
      }
      return Buffer.buffer(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("console: file " + file + " cannot be read", e);
    }
  }
}
