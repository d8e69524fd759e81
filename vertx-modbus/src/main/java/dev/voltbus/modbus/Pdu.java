package dev.voltbus.modbus;

import com.ghgande.j2mod.modbus.msg.ReadCoilsRequest;
import com.ghgande.j2mod.modbus.msg.ReadInputDiscretesRequest;
import com.ghgande.j2mod.modbus.msg.ReadInputRegistersRequest;
import com.ghgande.j2mod.modbus.msg.ReadMultipleRegistersRequest;
import com.ghgande.j2mod.modbus.msg.WriteCoilRequest;
import com.ghgande.j2mod.modbus.msg.WriteMultipleCoilsRequest;
import com.ghgande.j2mod.modbus.msg.WriteMultipleRegistersRequest;
import com.ghgande.j2mod.modbus.msg.WriteSingleRegisterRequest;
import com.ghgande.j2mod.modbus.procimg.Register;
import com.ghgande.j2mod.modbus.procimg.SimpleRegister;
import com.ghgande.j2mod.modbus.util.BitVector;
import dev.voltbus.modbus.ModbusRequest.ReadBits;
import dev.voltbus.modbus.ModbusRequest.ReadCoils;
import dev.voltbus.modbus.ModbusRequest.ReadDiscreteInputs;
import dev.voltbus.modbus.ModbusRequest.ReadHolding;
import dev.voltbus.modbus.ModbusRequest.ReadInput;
import dev.voltbus.modbus.ModbusRequest.ReadWords;
import dev.voltbus.modbus.ModbusRequest.Write;
import dev.voltbus.modbus.ModbusRequest.WriteCoil;
import dev.voltbus.modbus.ModbusRequest.WriteCoils;
import dev.voltbus.modbus.ModbusRequest.WriteRegister;
import dev.voltbus.modbus.ModbusRequest.WriteRegisters;

/// Requests into j2mod's messages, answer bytes into results. An answer is decoded from its bytes,
/// not through j2mod's response classes, which make an object of each word.
final class Pdu {
  static final int EXCEPTION = 0x80;
  static final int EXCEPTION_LENGTH = 2;
  private static final int ECHO_LENGTH = 5;

  private Pdu() {}

  static com.ghgande.j2mod.modbus.msg.ModbusRequest encode(ModbusRequest request) {
    int address = request.address();
    com.ghgande.j2mod.modbus.msg.ModbusRequest message =
        switch (request) {
          case ReadCoils r -> new ReadCoilsRequest(address, r.count());
          case ReadDiscreteInputs r -> new ReadInputDiscretesRequest(address, r.count());
          case ReadHolding r -> new ReadMultipleRegistersRequest(address, r.count());
          case ReadInput r -> new ReadInputRegistersRequest(address, r.count());
          case WriteCoil w -> new WriteCoilRequest(address, w.on());
          case WriteRegister w ->
              new WriteSingleRegisterRequest(address, new SimpleRegister(w.word()));
          case WriteCoils w ->
              new WriteMultipleCoilsRequest(
                  address, BitVector.createBitVector(w.bits().toWire(), w.count()));
          case WriteRegisters w -> new WriteMultipleRegistersRequest(address, registers(w.words()));
        };
    message.setUnitID(request.unit());
    return message;
  }

  private static Register[] registers(Words words) {
    Register[] registers = new Register[words.size()];
    for (int i = 0; i < registers.length; i++) {
      registers[i] = new SimpleRegister(words.unsigned(i));
    }
    return registers;
  }

  /// The length of the PDU that answers the request, unless it is refused.
  static int answerLength(ModbusRequest request) {
    return switch (request) {
      case ReadWords r -> 2 + byteCount(r);
      case ReadBits r -> 2 + byteCount(r);
      case Write _ -> ECHO_LENGTH;
    };
  }

  private static int byteCount(ModbusRequest request) {
    return switch (request) {
      case ReadWords r -> 2 * r.count();
      case ReadBits r -> Bits.byteCount(r.count());
      case Write _ -> 0;
    };
  }

  static boolean isException(byte[] pdu) {
    return (pdu[0] & EXCEPTION) != 0;
  }

  static int exceptionCode(byte[] pdu) {
    return pdu[1] & 0xFF;
  }

  /// Function, byte count and length must be those of the request's answer or of its refusal.
  static void checkShape(byte[] pdu, ModbusRequest request) throws ProtocolViolation {
    int function = pdu[0] & 0xFF;
    if (function == (request.function().code() | EXCEPTION)) {
      expect("length of the exception", pdu.length, EXCEPTION_LENGTH);
      return;
    }
    expect("function", function, request.function().code());
    checkByteCount(pdu[1] & 0xFF, request);
    expect("length", pdu.length, answerLength(request));
  }

  /// The byte count of a read's answer; writes have none, their address stands in its place.
  static void checkByteCount(int byteCount, ModbusRequest request) throws ProtocolViolation {
    if (!(request instanceof Write)) {
      expect("byte count", byteCount, byteCount(request));
    }
  }

  static void expect(String thing, int answered, int asked) throws ProtocolViolation {
    if (answered != asked) {
      throw new ProtocolViolation(thing + " " + answered + ", expected " + asked);
    }
  }

  static Words words(ReadWords request, byte[] pdu) {
    return Words.fromWire(pdu, 2, request.count());
  }

  static Bits bits(ReadBits request, byte[] pdu) {
    return Bits.fromWire(pdu, 2, request.count());
  }

  /// A write is answered by its address and its value or count.
  static void checkEcho(Write request, byte[] pdu) throws ProtocolViolation {
    expect("echoed address", unsigned(pdu, 1), request.address());
    switch (request) {
      case WriteCoil w -> expect("echoed value", unsigned(pdu, 3), w.on() ? 0xFF00 : 0);
      case WriteRegister w -> expect("echoed value", unsigned(pdu, 3), w.word());
      case WriteCoils w -> expect("echoed count", unsigned(pdu, 3), w.count());
      case WriteRegisters w -> expect("echoed count", unsigned(pdu, 3), w.count());
    }
  }

  private static int unsigned(byte[] bytes, int at) {
    return (bytes[at] & 0xFF) << 8 | (bytes[at + 1] & 0xFF);
  }
}
