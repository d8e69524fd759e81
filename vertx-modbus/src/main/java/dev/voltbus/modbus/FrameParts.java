package dev.voltbus.modbus;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/// A frame taken apart, without judging what it says.
final class FrameParts {
  static final int NONE = -1;

  private final int transaction;
  private final int unit;
  private final byte[] pdu;
  private final String check;

  private FrameParts(int transaction, int unit, byte[] pdu, String check) {
    this.transaction = transaction;
    this.unit = unit;
    this.pdu = pdu;
    this.check = check;
  }

  /// [#NONE] in the serial forms, which have none.
  int transaction() {
    return transaction;
  }

  int unit() {
    return unit;
  }

  /// At least the function code.
  byte[] pdu() {
    return pdu;
  }

  /// What is to be said of checksum or length; empty when there is nothing.
  String check() {
    return check;
  }

  /// @throws ProtocolViolation when the bytes are not one whole frame of the form
  static FrameParts of(FrameForm form, byte[] frame) throws ProtocolViolation {
    return switch (form) {
      case TCP -> tcp(frame);
      case RTU -> rtu(frame);
      case ASCII -> ascii(frame);
    };
  }

  private static FrameParts tcp(byte[] frame) throws ProtocolViolation {
    least(frame, 8);
    Pdu.expect("protocol id", Pdu.unsigned(frame, 2), 0);
    int length = Pdu.unsigned(frame, 4);
    int follow = frame.length - 6;
    String check = length == follow ? "" : "length " + length + " but " + follow + " bytes follow";
    byte[] pdu = Arrays.copyOfRange(frame, 7, frame.length);
    return new FrameParts(Pdu.unsigned(frame, 0), frame[6] & 0xFF, pdu, check);
  }

  private static FrameParts rtu(byte[] frame) throws ProtocolViolation {
    least(frame, 4);
    int end = frame.length - 2;
    int sent = Pdu.unsigned(frame, end);
    int right = Short.toUnsignedInt(Short.reverseBytes((short) crc(frame, end)));
    byte[] pdu = Arrays.copyOfRange(frame, 1, end);
    return new FrameParts(NONE, frame[0] & 0xFF, pdu, check("CRC", 4, sent, right));
  }

  private static FrameParts ascii(byte[] frame) throws ProtocolViolation {
    String text = new String(frame, StandardCharsets.ISO_8859_1).strip();
    if (!text.startsWith(":")) {
      throw new ProtocolViolation("no colon before it");
    }
    byte[] bytes = digits(text.substring(1));
    least(bytes, 3);
    int end = bytes.length - 1;
    int right = 0;
    for (int i = 0; i < end; i++) {
      right -= bytes[i];
    }
    byte[] pdu = Arrays.copyOfRange(bytes, 1, end);
    String check = check("LRC", 2, bytes[end] & 0xFF, right & 0xFF);
    return new FrameParts(NONE, bytes[0] & 0xFF, pdu, check);
  }

  private static byte[] digits(String text) throws ProtocolViolation {
    try {
      return HexFormat.of().parseHex(text);
    } catch (IllegalArgumentException e) {
      throw new ProtocolViolation("not pairs of hex digits");
    }
  }

  private static void least(byte[] bytes, int least) throws ProtocolViolation {
    if (bytes.length < least) {
      throw new ProtocolViolation(bytes.length + " bytes where the shortest has " + least);
    }
  }

  private static String check(String name, int digits, int sent, int right) {
    HexFormat hex = HexFormat.of();
    return sent == right
        ? name + " ok"
        : "%s %s wrong, %s is right"
            .formatted(name, hex.toHexDigits(sent, digits), hex.toHexDigits(right, digits));
  }

  /// The CRC as a number whose low byte is sent first (Modbus over serial line V1.02, 6.2.2).
  static int crc(byte[] bytes, int length) {
    int crc = 0xFFFF;
    for (int i = 0; i < length; i++) {
      crc ^= bytes[i] & 0xFF;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) == 0 ? crc >> 1 : crc >> 1 ^ 0xA001;
      }
    }
    return crc;
  }
}
