package dev.voltbus.console;

import dev.voltbus.contract.Link;
import dev.voltbus.contract.LinkStatus;
import dev.voltbus.contract.TimeSource;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What the console knows of one link. Owners tell changes only, so a console that started later
/// has heard nothing of a link that works: then the samples of its devices speak for it.
final class LinkView {
  private final Link link;
  private final TimeSource time;
  private @Nullable LinkStatus status;
  private long heardNanos;

  LinkView(Link link, TimeSource time) {
    this.link = link;
    this.time = time;
  }

  String name() {
    return link.name();
  }

  /// Takes a report in, unless it comes from a former owner.
  void accept(LinkStatus report) {
    @Nullable LinkStatus before = status;
    if (before == null || report.token() >= before.token()) {
      status = report;
      heardNanos = time.monotonicNanos();
    }
  }

  /// @param answering whether a device on the link has a good value
  JsonObject toJson(boolean answering, long nowNanos) {
    @Nullable LinkStatus heard = status;
    @Nullable Long age =
        heard == null ? null : Long.valueOf(TimeUnit.NANOSECONDS.toMillis(nowNanos - heardNanos));
    return new JsonObject()
        .put("link", link.name())
        .put("url", link.url())
        .put("state", state(heard, answering))
        .put("reason", reason(heard, answering))
        .put("reported_age_ms", age);
  }

  private static String state(@Nullable LinkStatus heard, boolean answering) {
    if (heard == null) {
      return answering ? "connected" : "unknown";
    }
    if (!heard.connected()) {
      return "disconnected";
    }
    return answering ? "connected" : "silent";
  }

  private static String reason(@Nullable LinkStatus heard, boolean answering) {
    if (heard == null) {
      return answering
          ? "not reported, but its devices answer"
          : "not reported since this console started";
    }
    if (!heard.connected()) {
      return heard.reason();
    }
    return answering ? "" : "last reported connected, but no device has a good value";
  }
}
