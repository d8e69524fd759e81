package dev.voltbus.mqtt;

import dev.voltbus.contract.ReceivedSnapshot;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;

/// One topic of a Venus OS service: what it shows now, and what subscribers were told last.
final class VenusPoint {
  private static final byte[] HEAD = "{\"value\":".getBytes(StandardCharsets.US_ASCII);
  private static final Buffer GONE = Buffer.buffer();

  private final String path;
  private final Topic topic;
  private final VenusContent content;
  private byte[] known = {};
  private boolean isTold;

  /// @param service `N/{portal}/{service}/{instance}`
  /// @param path with a leading slash
  VenusPoint(String service, String path, VenusContent content) {
    this.path = path;
    this.topic = new Topic(service + path, 0, false);
    this.content = content;
  }

  Topic topic() {
    return topic;
  }

  /// Whether it is at or below a path; the empty one is above all.
  boolean isWithin(String above) {
    return path.equals(above) || path.startsWith(above + "/");
  }

  /// Takes note of what it shows without telling anybody.
  void observe(ReceivedSnapshot received, Moment now, JsonText out) {
    if (render(received, now, out, false) && !out.isSame(known)) {
      known = out.toBuffer().getBytes();
    }
  }

  /// Tells what it shows if that is not known yet.
  void tellChange(ReceivedSnapshot received, Moment now, JsonText out, Outlet outlet) {
    if (render(received, now, out, false) && !out.isSame(known)) {
      tell(out, outlet);
    }
  }

  /// Tells what it shows in any case.
  void tell(ReceivedSnapshot received, Moment now, JsonText out, Outlet outlet) {
    render(received, now, out, true);
    tell(out, outlet);
  }

  private void tell(JsonText out, Outlet outlet) {
    Buffer payload = out.toBuffer();
    if (outlet.offer(topic, payload)) {
      known = payload.getBytes();
      isTold = true;
    }
  }

  private boolean render(ReceivedSnapshot received, Moment now, JsonText out, boolean isAsked) {
    out.reset();
    out.raw(HEAD);
    boolean isWritten = content.write(out, received, now, isAsked);
    out.raw('}');
    return isWritten;
  }

  /// Makes it due although nothing changed, as after a new connection.
  void forget() {
    known = new byte[0];
  }

  /// Tells those who saw it that its device is gone.
  void tellGone(Outlet outlet) {
    if (isTold) {
      outlet.offer(topic, GONE);
      isTold = false;
    }
  }
}
