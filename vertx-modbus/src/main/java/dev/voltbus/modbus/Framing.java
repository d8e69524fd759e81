package dev.voltbus.modbus;

import com.ghgande.j2mod.modbus.io.ModbusTCPTransport;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;

/// How a request and its answer are put on a byte stream. j2mod writes the requests; the answers
/// are read here, because j2mod
///
/// - throws an RTU frame's CRC away without comparing it,
/// - believes an answer's byte count instead of the count asked, and over RTU reads on until so
///   many bytes have come: into the next frame, or until the time is over,
/// - compares neither unit nor function, and over RTU reads the unit as a signed byte,
/// - reports time-outs and broken connections alike, apart only by the words of a message.
sealed interface Framing permits MbapFraming, RtuFraming {
  /// A transport that hands its socket over once j2mod has connected it.
  ModbusTCPTransport transport(SocketReceiver receiver);

  /// Reads the answer to `request` and returns its PDU, function code first. It is either a refusal
  /// or has the function asked and the length that follows from request and answer.
  ///
  /// @throws ProtocolViolation for anything that cannot be the answer
  byte[] readPdu(DataInputStream input, ModbusRequest request, int transaction) throws IOException;

  /// Takes a connected socket.
  @FunctionalInterface
  interface SocketReceiver {
    void accept(Socket socket) throws IOException;
  }
}
