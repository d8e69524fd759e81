package dev.voltbus.simulator;

import io.vertx.core.buffer.Buffer;

/// RTU frames over a stream: unit, PDU, CRC-16 low byte first (Modbus over Serial Line 2.5.1).
///
/// There are no silences to go by, so the length follows from the function. A request with another
/// function is taken if all that has come is one frame. What is no frame is skipped byte by byte,
/// so that the next whole frame is found.
final class RtuFraming implements Framing {
  private static final int CRC = 2;
  private static final int SHORTEST = 4;
  private static final int LONGEST = 256;

  @Override
  public Cut cut(Buffer received) {
    if (received.length() < 2) {
      return new Cut.More();
    }
    int length = requestLength(received);
    if (length > LONGEST) {
      return new Cut.Noise(1);
    }
    if (length == 0 || received.length() < length) {
      return new Cut.More();
    }
    return isFrame(received, length)
        ? new Cut.Whole(
            new Request(0, received.getUnsignedByte(0), received.getBuffer(1, length - CRC)),
            length)
        : new Cut.Noise(1);
  }

  private static boolean isFrame(Buffer received, int length) {
    return length >= SHORTEST
        && received.getUnsignedShortLE(length - CRC) == crc(received, length - CRC);
  }

  /// Length of the whole frame, 0 if not yet known; all there is if the function is not known.
  private static int requestLength(Buffer received) {
    return switch (received.getUnsignedByte(1)) {
      case 1, 2, 3, 4, 5, 6 -> 8;
      case 15, 16 -> received.length() < 7 ? 0 : 7 + received.getUnsignedByte(6) + CRC;
      case 43 -> 7;
      case 22 -> 10;
      case 23 -> received.length() < 11 ? 0 : 11 + received.getUnsignedByte(10) + CRC;
      default -> received.length();
    };
  }

  @Override
  public Buffer wrap(Request request, Buffer answer) {
    Buffer frame =
        Buffer.buffer(answer.length() + 3).appendByte((byte) request.unit()).appendBuffer(answer);
    return frame.appendShortLE((short) crc(frame, frame.length()));
  }

  /// CRC-16 with polynomial 0xA001 (0x8005 reflected) and start value 0xFFFF.
  static int crc(Buffer bytes, int length) {
    int crc = 0xFFFF;
    for (int i = 0; i < length; i++) {
      crc ^= bytes.getUnsignedByte(i);
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) == 0 ? crc >>> 1 : (crc >>> 1) ^ 0xA001;
      }
    }
    return crc;
  }

  @Override
  public boolean answersForAbsentUnits() {
    return false;
  }

  @Override
  public Buffer spoilChecksum(Buffer frame) {
    int at = frame.length() - CRC;
    return frame.copy().setUnsignedShort(at, frame.getUnsignedShort(at) ^ 0xFFFF);
  }
}
