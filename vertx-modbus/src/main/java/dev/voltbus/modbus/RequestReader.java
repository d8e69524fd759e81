package dev.voltbus.modbus;

import dev.voltbus.modbus.ModbusRequest.MaskWrite;
import dev.voltbus.modbus.ModbusRequest.ReadCoils;
import dev.voltbus.modbus.ModbusRequest.ReadDeviceId;
import dev.voltbus.modbus.ModbusRequest.ReadDiscreteInputs;
import dev.voltbus.modbus.ModbusRequest.ReadHolding;
import dev.voltbus.modbus.ModbusRequest.ReadInput;
import dev.voltbus.modbus.ModbusRequest.ReadWriteRegisters;
import dev.voltbus.modbus.ModbusRequest.WriteCoil;
import dev.voltbus.modbus.ModbusRequest.WriteCoils;
import dev.voltbus.modbus.ModbusRequest.WriteRegister;
import dev.voltbus.modbus.ModbusRequest.WriteRegisters;

/// A request's bytes into its record, with the refusals of Modbus application protocol V1.1b3, 6:
/// exception 1 for a function that is not spoken, 3 for a length, count or value that is not
/// allowed, 2 for a range that passes the last address.
final class RequestReader {
  static final int ILLEGAL_FUNCTION = 1;
  static final int ILLEGAL_ADDRESS = 2;
  static final int ILLEGAL_VALUE = 3;

  /// What came of reading a request.
  sealed interface Outcome {
    record Valid(ModbusRequest request) implements Outcome {}

    /// It must be refused with this exception.
    record Refused(int exceptionCode) implements Outcome {}
  }

  private final int unit;
  private final byte[] pdu;

  private RequestReader(int unit, byte[] pdu) {
    this.unit = unit;
    this.pdu = pdu;
  }

  /// @param pdu function code first, at least that
  static Outcome read(int unit, byte[] pdu) {
    return new RequestReader(unit, pdu).read();
  }

  private Outcome read() {
    return switch (pdu[0]) {
      case 1 -> spanned(2000, n -> new ReadCoils(unit, at(1), n));
      case 2 -> spanned(2000, n -> new ReadDiscreteInputs(unit, at(1), n));
      case 3 -> spanned(125, n -> new ReadHolding(unit, at(1), n));
      case 4 -> spanned(125, n -> new ReadInput(unit, at(1), n));
      case 5 -> coil();
      case 6 -> pdu.length == 5 ? valid(new WriteRegister(unit, at(1), at(3))) : illegalValue();
      case 15 -> coils();
      case 16 -> registers();
      case 22 -> pdu.length == 7 ? valid(new MaskWrite(unit, at(1), at(3), at(5))) : illegalValue();
      case 23 -> readWrite();
      case 43 -> deviceId();
      default -> new Outcome.Refused(ILLEGAL_FUNCTION);
    };
  }

  @FunctionalInterface
  private interface Make {
    ModbusRequest of(int count);
  }

  private Outcome spanned(int most, Make make) {
    return pdu.length == 5 ? counted(1, most, make) : illegalValue();
  }

  /// A count at `offset + 2` that belongs to the address at `offset`.
  private Outcome counted(int offset, int most, Make make) {
    int count = at(offset + 2);
    if (count < 1 || count > most) {
      return illegalValue();
    }
    return at(offset) + count > 0x10000
        ? new Outcome.Refused(ILLEGAL_ADDRESS)
        : valid(make.of(count));
  }

  private Outcome coil() {
    boolean known = pdu.length == 5 && (at(3) == RequestPdu.ON || at(3) == 0);
    return known ? valid(new WriteCoil(unit, at(1), at(3) != 0)) : illegalValue();
  }

  private Outcome coils() {
    return carries(6, pdu.length < 6 ? 0 : Bits.byteCount(at(3)))
        ? counted(1, 1968, n -> new WriteCoils(unit, at(1), Bits.fromWire(pdu, 6, n)))
        : illegalValue();
  }

  private Outcome registers() {
    return carries(6, pdu.length < 6 ? 0 : 2 * at(3))
        ? counted(1, 123, n -> new WriteRegisters(unit, at(1), Words.fromWire(pdu, 6, n)))
        : illegalValue();
  }

  private Outcome readWrite() {
    if (!carries(10, pdu.length < 10 ? 0 : 2 * at(7))) {
      return illegalValue();
    }
    Outcome written = counted(5, 121, n -> new WriteRegister(unit, 0, 0));
    return written instanceof Outcome.Refused ? written : counted(1, 125, this::readWrite);
  }

  private ModbusRequest readWrite(int count) {
    return new ReadWriteRegisters(unit, at(1), count, at(5), Words.fromWire(pdu, 10, at(7)));
  }

  private Outcome deviceId() {
    if (pdu.length != 4) {
      return illegalValue();
    }
    if (pdu[1] != DeviceIdPart.MEI_TYPE) {
      return new Outcome.Refused(ILLEGAL_FUNCTION);
    }
    ReadDeviceId.Category[] categories = ReadDeviceId.Category.values();
    return pdu[2] < 1 || pdu[2] > categories.length
        ? illegalValue()
        : valid(new ReadDeviceId(unit, categories[pdu[2] - 1], pdu[3] & 0xFF));
  }

  /// Whether `byteCount` bytes, announced in the byte before `offset`, end the request.
  private boolean carries(int offset, int byteCount) {
    return pdu.length > offset
        && (pdu[offset - 1] & 0xFF) == byteCount
        && pdu.length == offset + byteCount;
  }

  private int at(int offset) {
    return Pdu.unsigned(pdu, offset);
  }

  private static Outcome valid(ModbusRequest request) {
    return new Outcome.Valid(request);
  }

  private static Outcome illegalValue() {
    return new Outcome.Refused(ILLEGAL_VALUE);
  }
}
