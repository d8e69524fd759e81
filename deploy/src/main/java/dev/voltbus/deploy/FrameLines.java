package dev.voltbus.deploy;

import dev.voltbus.modbus.FrameTrace;
import java.io.PrintWriter;
import java.util.function.Consumer;

/// Prints what goes over the wire, and keeps the times between a frame sent and the one that comes
/// next. Called by the connection's thread; the figures are read when the connection is closed.
final class FrameLines implements Consumer<FrameTrace.Line> {
  private final PrintWriter out;
  private final long beganNanos = System.nanoTime();
  private boolean asked;
  private long sentNanos;
  private int answers;
  private long totalNanos;
  private long mostNanos;

  FrameLines(PrintWriter out) {
    this.out = out;
  }

  @Override
  public synchronized void accept(FrameTrace.Line frame) {
    measure(frame);
    double since = (frame.nanos() - beganNanos) / 1e9;
    String head = "%9.3f s %s ".formatted(since, direction(frame.kind()));
    out.println(
        frame.bytes().isEmpty()
            ? Wrapped.text(head, frame.meaning())
            : Wrapped.text(head, frame.bytes(), frame.meaning()));
    out.flush();
  }

  private static String direction(FrameTrace.Kind kind) {
    return switch (kind) {
      case SENT -> ">";
      case RECEIVED -> "<";
      case STATE -> "-";
    };
  }

  private void measure(FrameTrace.Line frame) {
    switch (frame.kind()) {
      case SENT -> {
        asked = true;
        sentNanos = frame.nanos();
      }
      case RECEIVED -> {
        if (asked) {
          add(frame.nanos() - sentNanos);
        }
        asked = false;
      }
      case STATE -> asked = false;
    }
  }

  private void add(long nanos) {
    answers++;
    totalNanos += nanos;
    mostNanos = Math.max(mostNanos, nanos);
  }

  /// `; answers after 3.1 ms on average, 8.2 ms at most`; empty if there were none.
  synchronized String times() {
    return answers == 0
        ? ""
        : "; answers after %s on average, %s at most"
            .formatted(ReadReport.millis(totalNanos / answers), ReadReport.millis(mostNanos));
  }
}
