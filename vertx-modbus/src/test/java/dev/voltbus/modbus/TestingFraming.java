package dev.voltbus.modbus;

import dev.voltbus.modbus.TestingModbusServer.Frame;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/// The framings as a slave sees them, written from the specifications.
enum TestingFraming {
  MBAP {
    @Override
    int length(Buffer received) {
      int length = received.length() < 6 ? -1 : 6 + received.getUnsignedShort(4);
      return length <= received.length() ? length : -1;
    }

    @Override
    Frame unwrap(Buffer raw) {
      return new Frame(
          raw.getUnsignedShort(0), raw.getUnsignedByte(6), raw.getBuffer(7, raw.length()), raw);
    }

    @Override
    Buffer wrap(Frame request, int unit, Buffer pdu) {
      return Buffer.buffer()
          .appendUnsignedShort(request.transaction())
          .appendUnsignedShort(0)
          .appendUnsignedShort(1 + pdu.length())
          .appendByte((byte) unit)
          .appendBuffer(pdu);
    }
  },

  RTU {
    @Override
    int length(Buffer received) {
      if (received.length() < 7) {
        return -1;
      }
      int length = 2 + requestLength(received);
      return length <= received.length() ? length : -1;
    }

    @Override
    Frame unwrap(Buffer raw) {
      int end = raw.length() - 2;
      if (crc(raw.getBuffer(0, end)) != raw.getUnsignedShortLE(end)) {
        throw new AssertionError("a request with a wrong CRC came");
      }
      return new Frame(0, raw.getUnsignedByte(0), raw.getBuffer(1, end), raw);
    }

    @Override
    Buffer wrap(Frame request, int unit, Buffer pdu) {
      Buffer frame = Buffer.buffer().appendByte((byte) unit).appendBuffer(pdu);
      return frame.appendUnsignedShortLE(crc(frame.copy()));
    }
  },

  ASCII {
    @Override
    int length(Buffer received) {
      int end = received.toString(StandardCharsets.US_ASCII).indexOf("\r\n");
      return end < 0 ? -1 : end + 2;
    }

    @Override
    Frame unwrap(Buffer raw) {
      byte[] body = HEX.parseHex(raw.toString(StandardCharsets.US_ASCII).strip().substring(1));
      byte sum = 0;
      for (byte each : body) {
        sum += each;
      }
      if (sum != 0) {
        throw new AssertionError("a request with a wrong LRC came");
      }
      Buffer pdu = Buffer.buffer(Arrays.copyOfRange(body, 1, body.length - 1));
      return new Frame(0, body[0] & 0xFF, pdu, raw);
    }

    @Override
    Buffer wrap(Frame request, int unit, Buffer pdu) {
      byte sum = (byte) unit;
      for (byte each : pdu.getBytes()) {
        sum += each;
      }
      Buffer body = Buffer.buffer().appendByte((byte) unit).appendBuffer(pdu);
      body.appendByte((byte) -sum);
      return Buffer.buffer(":" + HEX.formatHex(body.getBytes()) + "\r\n");
    }
  };

  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  /// The length of the first request in the bytes received; 0 or less while it is incomplete.
  abstract int length(Buffer received);

  abstract Frame unwrap(Buffer raw);

  abstract Buffer wrap(Frame request, int unit, Buffer pdu);

  /// Unit and PDU of a request whose first seven bytes are there.
  private static int requestLength(Buffer received) {
    return switch (received.getUnsignedByte(1)) {
      case 15, 16 -> 7 + received.getUnsignedByte(6);
      case 22 -> 8;
      case 23 -> received.length() < 11 ? 11 : 11 + received.getUnsignedByte(10);
      case 43 -> 5;
      default -> 6;
    };
  }

  /// CRC-16 of Modbus over serial line V1.02, 6.2.2: polynomial 0xA001 reflected, start 0xFFFF.
  static int crc(Buffer bytes) {
    int crc = 0xFFFF;
    for (byte b : bytes.getBytes()) {
      crc ^= b & 0xFF;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) == 0 ? crc >> 1 : crc >> 1 ^ 0xA001;
      }
    }
    return crc;
  }
}
