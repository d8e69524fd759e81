package dev.voltbus.modbus;

import com.ghgande.j2mod.modbus.io.ModbusRTUTCPTransport;
import com.ghgande.j2mod.modbus.io.ModbusTCPTransport;
import com.ghgande.j2mod.modbus.util.ModbusUtil;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;

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
    byte[] frame = new byte[1 + Pdu.answerLength(request) + 2];
    input.readFully(frame, 0, 3);
    int length = pduLength(frame, request);
    input.readFully(frame, 3, 1 + length + 2 - 3);
    checkCrc(frame, 1 + length);
    Pdu.expect("unit", frame[0] & 0xFF, request.unit());
    byte[] pdu = new byte[length];
    System.arraycopy(frame, 1, pdu, 0, length);
    Pdu.checkShape(pdu, request);
    return pdu;
  }

  /// Judges the first three bytes before more is read: waiting for bytes that a wrong count or
  /// function promises would hide the fault behind a time-out.
  private static int pduLength(byte[] frame, ModbusRequest request) throws ProtocolViolation {
    int function = frame[1] & 0xFF;
    if (function == (request.function().code() | Pdu.EXCEPTION)) {
      return Pdu.EXCEPTION_LENGTH;
    }
    Pdu.expect("function", function, request.function().code());
    Pdu.checkByteCount(frame[2] & 0xFF, request);
    return Pdu.answerLength(request);
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
