package dev.voltbus.modbus;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A tap that cuts what it sees into frames and says what each means: one line for each frame,
/// connection or loss. Bytes that make no frame are shown when the next frame is sent, the
/// connection ends or too many have come.
///
/// The lines come on the thread of the connection.
public final class FrameTrace implements WireTap {
  private static final int MOST = 1024;

  /// One thing that happened on the wire.
  ///
  /// @param nanos monotonic time, `System.nanoTime()`
  /// @param bytes the bytes as text ([FrameText#bytes]); empty for [Kind#STATE]
  /// @param meaning what it says ([FrameText])
  public record Line(long nanos, Kind kind, String bytes, String meaning) {}

  /// What a line is about.
  public enum Kind {
    SENT,
    RECEIVED,
    /// A connection made or lost.
    STATE
  }

  private final FrameForm form;
  private final Consumer<Line> lines;
  private byte @Nullable [] question;
  private byte[] received = new byte[0];

  public FrameTrace(FrameForm form, Consumer<Line> lines) {
    this.form = form;
    this.lines = lines;
  }

  @Override
  public void sent(long nanos, byte[] bytes) {
    flush(nanos);
    question = bytes;
    line(nanos, Kind.SENT, bytes, FrameText.request(form, bytes));
  }

  @Override
  public void received(long nanos, byte[] bytes) {
    int have = received.length;
    received = Arrays.copyOf(received, have + bytes.length);
    System.arraycopy(bytes, 0, received, have, bytes.length);
    cutFrames(nanos);
    if (received.length >= MOST) {
      flush(nanos);
    }
  }

  private void cutFrames(long nanos) {
    int length = form.length(received, received.length, false);
    while (length > 0 && length <= received.length) {
      byte[] frame = Arrays.copyOf(received, length);
      line(nanos, Kind.RECEIVED, frame, FrameText.answer(form, frame, question));
      received = Arrays.copyOfRange(received, length, received.length);
      length = form.length(received, received.length, false);
    }
  }

  @Override
  public void connected(long nanos) {
    flush(nanos);
    lines.accept(new Line(nanos, Kind.STATE, "", "connected"));
  }

  @Override
  public void lost(long nanos, String reason) {
    flush(nanos);
    question = null;
    lines.accept(new Line(nanos, Kind.STATE, "", "connection ended: " + reason));
  }

  /// Shows what came and is no frame.
  private void flush(long nanos) {
    if (received.length > 0) {
      line(nanos, Kind.RECEIVED, received, "no whole frame: " + received.length + " bytes");
      received = new byte[0];
    }
  }

  private void line(long nanos, Kind kind, byte[] bytes, String meaning) {
    lines.accept(new Line(nanos, kind, FrameText.bytes(form, bytes), meaning));
  }
}
