package dev.voltbus.modbus;

import dev.voltbus.modbus.ModbusRequest.MaskWrite;
import dev.voltbus.modbus.ModbusRequest.ReadBits;
import dev.voltbus.modbus.ModbusRequest.ReadDeviceId;
import dev.voltbus.modbus.ModbusRequest.ReadWords;
import dev.voltbus.modbus.ModbusRequest.ReadWriteRegisters;
import dev.voltbus.modbus.ModbusRequest.Write;
import dev.voltbus.modbus.ModbusRequest.WriteCoil;
import dev.voltbus.modbus.ModbusRequest.WriteCoils;
import dev.voltbus.modbus.ModbusRequest.WriteRegister;
import dev.voltbus.modbus.ModbusRequest.WriteRegisters;

/// Answer bytes judged and turned into results; not through j2mod's response classes, which make an
/// object of each word.
final class Pdu {
  /// The longest request or answer, function code included (application protocol V1.1b3, 4.1).
  static final int LARGEST = 253;

  static final int EXCEPTION = 0x80;
  private static final int EXCEPTION_LENGTH = 2;
  private static final int ECHO_LENGTH = 5;
  private static final int MASK_ECHO_LENGTH = 7;

  private Pdu() {}

  /// How many bytes of an answer must be there before more can be said about its length; `have`
  /// when it is whole. What cannot be the answer is refused as early as it shows: waiting for bytes
  /// that a wrong count or function promises would hide the fault behind a time-out.
  ///
  /// @param pdu the answer's first `have` bytes, and room for more
  static int needed(byte[] pdu, int have, ModbusRequest request) throws ProtocolViolation {
    if (have < 2) {
      return 2;
    }
    int function = pdu[0] & 0xFF;
    if (function == (request.function().code() | EXCEPTION)) {
      return EXCEPTION_LENGTH;
    }
    if (function == ErrorFrame.FUNCTION && (pdu[1] & 0xFF) == request.function().code()) {
      return ErrorFrame.LENGTH;
    }
    expect("function", function, request.function().code());
    return switch (request) {
      case ReadWords r -> counted(pdu, 2 * r.count());
      case ReadWriteRegisters r -> counted(pdu, 2 * r.count());
      case ReadBits r -> counted(pdu, Bits.byteCount(r.count()));
      case MaskWrite _ -> MASK_ECHO_LENGTH;
      case Write _ -> ECHO_LENGTH;
      case ReadDeviceId _ -> DeviceIdPart.needed(pdu, have);
    };
  }

  private static int counted(byte[] pdu, int byteCount) throws ProtocolViolation {
    expect("byte count", pdu[1] & 0xFF, byteCount);
    return 2 + byteCount;
  }

  /// Function, byte count and length must be those of the request's answer or of its refusal.
  static void checkShape(byte[] pdu, ModbusRequest request) throws ProtocolViolation {
    int have = 0;
    for (int need = 2; need > have; need = needed(pdu, have, request)) {
      if (need > pdu.length) {
        throw new ProtocolViolation("length " + pdu.length + ", expected " + need);
      }
      have = need;
    }
    expect("length", pdu.length, have);
  }

  /// How long the answer is that begins with these bytes; 0 when they cannot begin one or more of
  /// them are needed to tell.
  static int answerLength(byte[] pdu, ModbusRequest request) {
    try {
      int have = 0;
      for (int need = 2; need > have; need = needed(pdu, have, request)) {
        if (need > pdu.length) {
          return 0;
        }
        have = need;
      }
      return have;
    } catch (ProtocolViolation e) {
      return 0;
    }
  }

  static boolean isAnswer(byte[] pdu, ModbusRequest request) {
    try {
      checkAnswer(pdu, request);
      return true;
    } catch (ProtocolViolation e) {
      return false;
    }
  }

  /// The shape must be that of the request's answer, and what it repeats of the request the same.
  static void checkAnswer(byte[] pdu, ModbusRequest request) throws ProtocolViolation {
    checkShape(pdu, request);
    if (isRefusal(pdu)) {
      return;
    }
    if (request instanceof Write write) {
      checkEcho(write, pdu);
    } else if (request instanceof ReadDeviceId) {
      expect("MEI type", pdu[1] & 0xFF, DeviceIdPart.MEI_TYPE);
    }
  }

  /// Whether the device refused, by an exception answer or by an [ErrorFrame].
  static boolean isRefusal(byte[] pdu) {
    return (pdu[0] & EXCEPTION) != 0 || pdu[0] == ErrorFrame.FUNCTION;
  }

  static void expect(String thing, int answered, int asked) throws ProtocolViolation {
    if (answered != asked) {
      throw new ProtocolViolation(thing + " " + answered + ", expected " + asked);
    }
  }

  static Words words(ModbusRequest request, byte[] pdu) {
    return Words.fromWire(pdu, 2, request.count());
  }

  static Bits bits(ReadBits request, byte[] pdu) {
    return Bits.fromWire(pdu, 2, request.count());
  }

  /// A write is answered by its address and its value, masks or count.
  private static void checkEcho(Write request, byte[] pdu) throws ProtocolViolation {
    expect("echoed address", unsigned(pdu, 1), request.address());
    switch (request) {
      case WriteCoil w -> expect("echoed value", unsigned(pdu, 3), w.on() ? RequestPdu.ON : 0);
      case WriteRegister w -> expect("echoed value", unsigned(pdu, 3), w.word());
      case WriteCoils w -> expect("echoed count", unsigned(pdu, 3), w.count());
      case WriteRegisters w -> expect("echoed count", unsigned(pdu, 3), w.count());
      case MaskWrite w -> {
        expect("echoed and mask", unsigned(pdu, 3), w.and());
        expect("echoed or mask", unsigned(pdu, 5), w.or());
      }
    }
  }

  static int unsigned(byte[] bytes, int at) {
    return (bytes[at] & 0xFF) << 8 | (bytes[at + 1] & 0xFF);
  }
}
