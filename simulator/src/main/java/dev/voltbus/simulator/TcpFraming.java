package dev.voltbus.simulator;

import io.vertx.core.buffer.Buffer;

/// Modbus TCP: transaction, protocol 0, length, unit (Modbus Messaging on TCP 3.1.3).
final class TcpFraming implements Framing {
  private static final int HEADER = 7;
  private static final int LONGEST = 254;

  @Override
  public Cut cut(Buffer received) {
    if (received.length() < HEADER + 1) {
      return new Cut.More();
    }
    int length = received.getUnsignedShort(4);
    if (received.getUnsignedShort(2) != 0 || length < 2 || length > LONGEST) {
      return new Cut.Noise(received.length());
    }
    if (received.length() < 6 + length) {
      return new Cut.More();
    }
    Request request =
        new Request(
            received.getUnsignedShort(0),
            received.getUnsignedByte(6),
            received.getBuffer(HEADER, 6 + length));
    return new Cut.Whole(request, 6 + length);
  }

  @Override
  public Buffer wrap(Request request, Buffer answer) {
    return Buffer.buffer(HEADER + answer.length())
        .appendShort((short) request.transaction())
        .appendShort((short) 0)
        .appendShort((short) (answer.length() + 1))
        .appendByte((byte) request.unit())
        .appendBuffer(answer);
  }

  @Override
  public boolean answersForAbsentUnits() {
    return true;
  }

  @Override
  public boolean hasLengthField() {
    return true;
  }

  @Override
  public Buffer relength(Buffer frame, int by) {
    return frame.copy().setUnsignedShort(4, frame.getUnsignedShort(4) + by & 0xFFFF);
  }
}
