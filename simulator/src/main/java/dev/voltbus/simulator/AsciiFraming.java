package dev.voltbus.simulator;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/// ASCII frames: a colon, unit, PDU and LRC as upper-case hexadecimal digits, carriage return, line
/// feed (Modbus over Serial Line 2.5.2). Whatever stands before a colon is skipped.
final class AsciiFraming implements Framing {
  private static final HexFormat HEX = HexFormat.of().withUpperCase();
  private static final int LONGEST = 513;
  private static final int SHORTEST = 9;

  @Override
  public Cut cut(Buffer received) {
    int start = indexOf(received, ':', 0);
    if (start != 0) {
      return new Cut.Noise(start < 0 ? received.length() : start);
    }
    int end = indexOf(received, '\n', 1);
    int again = indexOf(received, ':', 1);
    if (again > 0 && (end < 0 || again < end)) {
      return new Cut.Noise(again);
    }
    if (end < 0) {
      return received.length() > LONGEST ? new Cut.Noise(received.length()) : new Cut.More();
    }
    return frame(received, end + 1);
  }

  private static Cut frame(Buffer received, int length) {
    boolean whole =
        length >= SHORTEST
            && received.getByte(length - 2) == '\r'
            && length % 2 == 1
            && isHex(received, length - 2);
    if (!whole) {
      return new Cut.Noise(length);
    }
    byte[] bytes = HEX.parseHex(received.getString(1, length - 2, "US-ASCII"));
    int sum = 0;
    for (byte b : bytes) {
      sum += b;
    }
    int pduEnd = bytes.length - 1;
    return (sum & 0xFF) == 0
        ? new Cut.Whole(
            new Request(0, bytes[0] & 0xFF, Buffer.buffer(bytes).getBuffer(1, pduEnd)), length)
        : new Cut.Noise(length);
  }

  private static boolean isHex(Buffer received, int end) {
    for (int i = 1; i < end; i++) {
      if (!HexFormat.isHexDigit(received.getByte(i))) {
        return false;
      }
    }
    return true;
  }

  private static int indexOf(Buffer received, char wanted, int from) {
    for (int i = from; i < received.length(); i++) {
      if (received.getByte(i) == wanted) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public Buffer wrap(Request request, Buffer answer) {
    Buffer bytes = Buffer.buffer().appendByte((byte) request.unit()).appendBuffer(answer);
    int sum = 0;
    for (byte b : bytes.getBytes()) {
      sum += b;
    }
    bytes.appendByte((byte) -sum);
    String text = ":" + HEX.formatHex(bytes.getBytes()) + "\r\n";
    return Buffer.buffer(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public boolean answersForAbsentUnits() {
    return false;
  }

  @Override
  public Buffer spoilChecksum(Buffer frame) {
    int at = frame.length() - 3;
    return frame.copy().setByte(at, (byte) (frame.getByte(at) == '0' ? '1' : '0'));
  }
}
