package dev.voltbus.modbus;

import dev.voltbus.modbus.ModbusRequest.ReadBits;
import dev.voltbus.modbus.ModbusRequest.ReadDeviceId;
import dev.voltbus.modbus.ModbusRequest.ReadDeviceId.Category;
import dev.voltbus.modbus.ModbusRequest.ReadWords;
import dev.voltbus.modbus.ModbusRequest.ReadWriteRegisters;
import java.util.Arrays;

/// An answer's bytes without what a framing adds.
final class AnswerPdu {
  private AnswerPdu() {}

  /// @throws IllegalArgumentException when the answer does not fit the request, which is a fault of
  ///   whoever gave it
  static byte[] of(ModbusRequest request, ModbusAnswer answer) {
    return switch (answer) {
      case ModbusAnswer.Refused refused ->
          refusal(request.function().code(), refused.exceptionCode());
      case ModbusAnswer.Registers read -> registers(request, read.words());
      case ModbusAnswer.Flags read -> flags(request, read.bits());
      case ModbusAnswer.Identification identification -> objects(request, identification.id());
      case ModbusAnswer.Done _ -> echo(request);
    };
  }

  static byte[] refusal(int function, int exceptionCode) {
    return new byte[] {(byte) (function | Pdu.EXCEPTION), (byte) exceptionCode};
  }

  private static byte[] registers(ModbusRequest request, Words words) {
    boolean fits = request instanceof ReadWords || request instanceof ReadWriteRegisters;
    check(request, fits && words.size() == request.count(), words.size() + " words");
    return counted(request, words.toWire());
  }

  private static byte[] flags(ModbusRequest request, Bits bits) {
    boolean fits = request instanceof ReadBits && bits.size() == request.count();
    check(request, fits, bits.size() + " bits");
    return counted(request, bits.toWire());
  }

  private static byte[] counted(ModbusRequest request, byte[] data) {
    byte[] pdu = new byte[2 + data.length];
    pdu[0] = (byte) request.function().code();
    pdu[1] = (byte) data.length;
    System.arraycopy(data, 0, pdu, 2, data.length);
    return pdu;
  }

  /// One object alone must be there; a walk begins anew at an object that is not (application
  /// protocol V1.1b3, 6.21).
  private static byte[] objects(ModbusRequest request, DeviceId id) {
    check(request, request instanceof ReadDeviceId, "an identification");
    ReadDeviceId asked = (ReadDeviceId) request;
    boolean there =
        id.objects().containsKey(asked.object()) && asked.object() <= DeviceIdPart.last(asked);
    if (asked.category() == Category.INDIVIDUAL && !there) {
      return refusal(request.function().code(), RequestReader.ILLEGAL_ADDRESS);
    }
    return DeviceIdPart.encode(
        there ? asked : new ReadDeviceId(asked.unit(), asked.category()), id);
  }

  /// Functions 5, 6 and 22 repeat the request, 15 and 16 its address and count.
  private static byte[] echo(ModbusRequest request) {
    check(request, request instanceof ModbusRequest.Write, "done");
    byte[] pdu = RequestPdu.of(request);
    boolean whole = request instanceof ModbusRequest.MaskWrite;
    return whole ? pdu : Arrays.copyOf(pdu, 5);
  }

  private static void check(ModbusRequest request, boolean fits, String answer) {
    if (!fits) {
      throw new IllegalArgumentException(
          request.description() + " cannot be answered by " + answer);
    }
  }
}
