package dev.voltbus.modbus;

import com.ghgande.j2mod.modbus.msg.ModbusRequest;
import com.ghgande.j2mod.modbus.msg.ModbusResponse;
import com.ghgande.j2mod.modbus.net.AbstractModbusListener;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/// A request for j2mod's transports whose bytes are ours: j2mod checks no limit in its own messages
/// and lacks the framing of some.
final class RawMessage extends ModbusRequest {
  private final byte[] pdu;

  RawMessage(int unit, byte[] pdu) {
    this.pdu = pdu;
    setUnitID(unit);
    setFunctionCode(pdu[0] & 0xFF);
    setDataLength(pdu.length - 1);
  }

  @Override
  public void writeData(DataOutput output) throws IOException {
    output.write(pdu, 1, pdu.length - 1);
  }

  @Override
  public byte[] getMessage() {
    return Arrays.copyOfRange(pdu, 1, pdu.length);
  }

  @Override
  public void readData(DataInput input) {
    throw new UnsupportedOperationException("only sent");
  }

  @Override
  public ModbusResponse getResponse() {
    throw new UnsupportedOperationException("only sent");
  }

  @Override
  public ModbusResponse createResponse(AbstractModbusListener listener) {
    throw new UnsupportedOperationException("only sent");
  }
}
