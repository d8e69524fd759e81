package dev.voltbus.modbus;

import dev.voltbus.modbus.ModbusRequest.MaskWrite;
import dev.voltbus.modbus.ModbusRequest.ReadBits;
import dev.voltbus.modbus.ModbusRequest.ReadDeviceId;
import dev.voltbus.modbus.ModbusRequest.ReadWords;
import dev.voltbus.modbus.ModbusRequest.ReadWriteRegisters;
import dev.voltbus.modbus.ModbusRequest.WriteCoil;
import dev.voltbus.modbus.ModbusRequest.WriteCoils;
import dev.voltbus.modbus.ModbusRequest.WriteRegister;
import dev.voltbus.modbus.ModbusRequest.WriteRegisters;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// A request's bytes without what a framing adds: function code, then data, big endian (Modbus
/// application protocol V1.1b3, 6.1 to 6.21).
final class RequestPdu {
  static final int ON = 0xFF00;

  private RequestPdu() {}

  static byte[] of(ModbusRequest request) {
    ByteBuffer pdu = ByteBuffer.allocate(Pdu.LARGEST).put((byte) request.function().code());
    switch (request) {
      case ReadBits r -> words(pdu, r.address(), r.count());
      case ReadWords r -> words(pdu, r.address(), r.count());
      case WriteCoil w -> words(pdu, w.address(), w.on() ? ON : 0);
      case WriteRegister w -> words(pdu, w.address(), w.word());
      case WriteCoils w -> counted(words(pdu, w.address(), w.count()), w.bits().toWire());
      case WriteRegisters w -> counted(words(pdu, w.address(), w.count()), w.words().toWire());
      case MaskWrite w -> words(pdu, w.address(), w.and(), w.or());
      case ReadWriteRegisters w ->
          counted(
              words(pdu, w.address(), w.count(), w.writeAddress(), w.words().size()),
              w.words().toWire());
      case ReadDeviceId r ->
          pdu.put((byte) DeviceIdPart.MEI_TYPE)
              .put((byte) r.category().code())
              .put((byte) r.object());
    }
    return Arrays.copyOf(pdu.array(), pdu.position());
  }

  private static ByteBuffer words(ByteBuffer pdu, int... words) {
    for (int word : words) {
      pdu.putShort((short) word);
    }
    return pdu;
  }

  private static ByteBuffer counted(ByteBuffer pdu, byte[] data) {
    return pdu.put((byte) data.length).put(data);
  }
}
