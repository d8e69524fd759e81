package dev.voltbus.acquisition;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.CopyOptions;
import io.vertx.core.file.FileSystem;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the wear budget of a link over a restart, in a small file that is replaced as a whole.
/// Without a state folder nothing is kept.
final class WearFile {
  private static final Logger LOG = LoggerFactory.getLogger(WearFile.class);

  private final String link;
  private final FileSystem files;
  private final @Nullable String path;
  private boolean saving;
  private boolean stale;

  WearFile(Vertx vertx, @Nullable Path folder, String site, String link) {
    this.link = link;
    this.files = vertx.fileSystem();
    this.path = folder == null ? null : folder.resolve("wear-" + site + "-" + link).toString();
  }

  /// What was kept; empty if nothing was, or if it cannot be read, which is said.
  Future<String> load() {
    String from = path;
    if (from == null) {
      return Future.succeededFuture("");
    }
    return files
        .exists(from)
        .compose(there -> there ? files.readFile(from) : Future.succeededFuture(Buffer.buffer()))
        .map(Buffer::toString)
        .recover(this::unreadable);
  }

  private Future<String> unreadable(Throwable failure) {
    LOG.error("link={} wear budget cannot be read: {}", link, failure.getMessage());
    return Future.succeededFuture("");
  }

  /// Writes what the budget is by then; a save during a save is made up for after it.
  void save(Supplier<String> text) {
    String to = path;
    if (to == null) {
      return;
    }
    if (saving) {
      stale = true;
      return;
    }
    saving = true;
    stale = false;
    String half = to + ".new";
    CopyOptions replacing = new CopyOptions().setReplaceExisting(true).setAtomicMove(true);
    files
        .writeFile(half, Buffer.buffer(text.get()))
        .compose(complete -> files.move(half, to, replacing))
        .onFailure(failure ->
            LOG.error("link={} wear budget cannot be kept: {}", link, failure.getMessage()))
        .onComplete(done -> {
          saving = false;
          if (stale) {
            save(text);
          }
        });
  }
}
