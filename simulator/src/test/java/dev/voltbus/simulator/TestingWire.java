package dev.voltbus.simulator;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;

/// The bytes of a connection to a simulated device, as a client with its own framing would see
/// them.
final class TestingWire implements AutoCloseable {
  private static final int PATIENCE_MS = (int) Duration.ofSeconds(20).toMillis();

  private final Socket socket;
  private int transaction;

  private TestingWire(Socket socket) {
    this.socket = socket;
  }

  static TestingWire to(ModbusServer server) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(PATIENCE_MS);
    return new TestingWire(socket);
  }

  /// Whether it has reached itself, as a client may that asks for a port nobody listens on.
  boolean isItself() {
    return socket.getLocalPort() == socket.getPort();
  }

  static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }

  static Buffer pdu(int function, int... words) {
    Buffer pdu = Buffer.buffer().appendByte((byte) function);
    for (int word : words) {
      pdu.appendUnsignedShort(word);
    }
    return pdu;
  }

  /// A request of function 16.
  static Buffer writing(int address, int... words) {
    Buffer pdu = pdu(16, address, words.length).appendByte((byte) (words.length * 2));
    for (int word : words) {
      pdu.appendUnsignedShort(word);
    }
    return pdu;
  }

  /// A whole Modbus TCP request.
  static byte[] frame(int transaction, int unit, Buffer pdu) {
    return Buffer.buffer()
        .appendUnsignedShort(transaction)
        .appendUnsignedShort(0)
        .appendUnsignedShort(pdu.length() + 1)
        .appendByte((byte) unit)
        .appendBuffer(pdu)
        .getBytes();
  }

  void send(byte[]... chunks) throws IOException {
    for (byte[] chunk : chunks) {
      socket.getOutputStream().write(chunk);
      socket.getOutputStream().flush();
    }
  }

  /// Exactly this many bytes.
  byte[] receive(int count) throws IOException {
    byte[] bytes = socket.getInputStream().readNBytes(count);
    if (bytes.length != count) {
      throw new IOException("the stream ended after " + bytes.length + " of " + count + " bytes");
    }
    return bytes;
  }

  boolean isAtEnd() throws IOException {
    return socket.getInputStream().read() < 0;
  }

  /// PDU of the answer to a Modbus TCP request.
  byte[] ask(int unit, Buffer pdu) throws IOException {
    transaction = (transaction + 1) & 0xFFFF;
    send(frame(transaction, unit, pdu));
    byte[] answer = receiveFrame();
    if (Buffer.buffer(answer).getUnsignedShort(0) != transaction) {
      throw new IOException("not the answer to " + transaction);
    }
    return Arrays.copyOfRange(answer, 7, answer.length);
  }

  /// The next Modbus TCP frame.
  byte[] receiveFrame() throws IOException {
    byte[] head = receive(6);
    byte[] rest = receive(Buffer.buffer(head).getUnsignedShort(4));
    return Buffer.buffer(head).appendBytes(rest).getBytes();
  }

  /// Holding registers by function 3.
  int[] read(int unit, int address, int count) throws IOException {
    Buffer answer = Buffer.buffer(ask(unit, pdu(3, address, count)));
    if (answer.getUnsignedByte(0) != 3 || answer.length() != 2 + 2 * count) {
      throw new IOException("answer " + HexFormat.of().formatHex(answer.getBytes()));
    }
    int[] words = new int[count];
    for (int i = 0; i < count; i++) {
      words[i] = answer.getUnsignedShort(2 + 2 * i);
    }
    return words;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
