package dev.voltbus.modbus;

import com.ghgande.j2mod.modbus.io.ModbusRTUTCPTransport;
import com.ghgande.j2mod.modbus.io.ModbusTCPTransport;
import com.ghgande.j2mod.modbus.util.ModbusUtil;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.Arrays;

/// RTU frames on a TCP stream: unit, PDU, CRC (Modbus over serial line V1.02, 2.5.1). A stream has
/// no silent intervals, so the length of an answer follows from function and request alone.
final class RtuFraming implements Framing {
  @Override
  public ModbusTCPTransport transport(SocketReceiver receiver) {
    return new ModbusRTUTCPTransport() {
      @Override
      public void setSocket(Socket socket) throws IOException {
        super.setSocket(socket);
        receiver.accept(socket);
      }
    };
  }

  @Override
  public byte[] readPdu(DataInputStream input, ModbusRequest request, int transaction)
      throws IOException {
    byte[] frame = new byte[1 + Pdu.LARGEST + 2];
    input.readFully(frame, 0, 1);
    int length = readPdu(input, request, frame);
    input.readFully(frame, 1 + length, 2);
    checkCrc(frame, 1 + length);
    Pdu.expect("unit", frame[0] & 0xFF, request.unit());
    return Arrays.copyOfRange(frame, 1, 1 + length);
  }

  /// Reads only what the bytes read so far promise, and returns the length they come to.
  private static int readPdu(DataInputStream input, ModbusRequest request, byte[] frame)
      throws IOException {
    byte[] pdu = new byte[Pdu.LARGEST];
    int have = 0;
    for (int need = 2; need > have; need = Pdu.needed(pdu, have, request)) {
      input.readFully(pdu, have, need - have);
      have = need;
    }
    System.arraycopy(pdu, 0, frame, 1, have);
    return have;
  }

  private static void checkCrc(byte[] frame, int length) throws ProtocolViolation {
    int[] computed = ModbusUtil.calculateCRC(frame, 0, length);
    int low = frame[length] & 0xFF;
    int high = frame[length + 1] & 0xFF;
    if (low != computed[0] || high != computed[1]) {
      throw new ProtocolViolation(
          "CRC %02x%02x where %02x%02x is right".formatted(low, high, computed[0], computed[1]));
    }
  }
}
