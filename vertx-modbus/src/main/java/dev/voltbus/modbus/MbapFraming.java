package dev.voltbus.modbus;

import com.ghgande.j2mod.modbus.io.ModbusTCPTransport;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;

/// Modbus TCP: transaction, protocol, length and unit before the PDU (Modbus messaging on TCP/IP
/// V1.0b, 3.1.3).
final class MbapFraming implements Framing {
  private static final int PROTOCOL = 0;

  @Override
  public ModbusTCPTransport transport(SocketReceiver receiver) {
    return new ModbusTCPTransport() {
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
    int answeredTransaction = input.readUnsignedShort();
    int protocol = input.readUnsignedShort();
    int length = input.readUnsignedShort();
    Pdu.expect("protocol id", protocol, PROTOCOL);
    Pdu.expect("transaction", answeredTransaction, transaction);
    if (length < 3 || length > Pdu.LARGEST + 1) {
      throw new ProtocolViolation("length " + length + " is not within 3.." + (Pdu.LARGEST + 1));
    }
    Pdu.expect("unit", input.readUnsignedByte(), request.unit());
    byte[] pdu = new byte[length - 1];
    input.readFully(pdu);
    Pdu.checkShape(pdu, request);
    return pdu;
  }
}
