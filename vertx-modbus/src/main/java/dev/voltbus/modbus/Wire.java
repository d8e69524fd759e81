package dev.voltbus.modbus;

import com.ghgande.j2mod.modbus.ModbusIOException;
import com.ghgande.j2mod.modbus.io.ModbusTCPTransport;
import com.ghgande.j2mod.modbus.net.TCPMasterConnection;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// One TCP connection over j2mod's master, used by one thread and for one request at a time.
/// Everything blocks; [#abort] may come from any thread and ends whatever blocks.
///
/// j2mod's transactions are not used, only its connection, transport and messages: a transaction
/// retries by itself (also with `retries` 0), keeps its id in a static field that all connections
/// share, and turns each cause into a text. With our own transport handed in, the transport has no
/// master either and so cannot reconnect behind our back when a write fails.
final class Wire {
  private static final Duration QUIET = Duration.ofMillis(50);

  private final Framing framing;
  private final ModbusTCPTransport transport;
  private volatile @Nullable Socket socket;
  private @Nullable DataInputStream input;
  private long lastUseNanos;

  private Wire(Framing framing) {
    this.framing = framing;
    this.transport = framing.transport(this::adopt);
  }

  /// Connects within the limit; name resolution counts.
  ///
  /// @throws InterruptedException when the thread is interrupted meanwhile
  static Wire open(ModbusEndpoint endpoint, Duration limit)
      throws IOException, InterruptedException {
    return switch (endpoint) {
      case ModbusEndpoint.Tcp tcp -> open(new MbapFraming(), tcp.host(), tcp.port(), limit);
      case ModbusEndpoint.RtuOverTcp rtu -> open(new RtuFraming(), rtu.host(), rtu.port(), limit);
    };
  }

  private static Wire open(Framing framing, String host, int port, Duration limit)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    TCPMasterConnection connection = new TCPMasterConnection(resolve(host, limit));
    Duration left = limit.minusNanos(System.nanoTime() - start);
    connection.setPort(port);
    connection.setTimeout(Math.max(1, (int) left.toMillis()));
    Wire wire = new Wire(framing);
    connection.setModbusTransport(wire.transport);
    try {
      connect(connection);
      return wire;
    } catch (IOException | InterruptedException e) {
      wire.abort();
      throw e;
    }
  }

  /// The system's resolver knows no time limit and cannot be interrupted, so it works on a thread
  /// of its own that is left behind when it takes too long.
  private static InetAddress resolve(String host, Duration limit)
      throws IOException, InterruptedException {
    FutureTask<InetAddress> lookup = new FutureTask<>(() -> InetAddress.getByName(host));
    Thread.ofVirtual().name("modbus-lookup-" + host).start(lookup);
    try {
      return lookup.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new UnknownHostException("host " + host + " is not known");
    } catch (TimeoutException e) {
      throw new SocketTimeoutException(
          "host " + host + " not resolved within " + Range.millis(limit));
    }
  }

  /// j2mod declares bare Exception here; what a socket throws is IOException.
  private static void connect(TCPMasterConnection connection)
      throws IOException, InterruptedException {
    try {
      connection.connect();
    } catch (SocketTimeoutException e) {
      throw new SocketTimeoutException(
          "connect got no answer within " + connection.getTimeout() + " ms");
    } catch (IOException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedException("interrupted while connecting");
      }
      throw e;
    } catch (Exception e) {
      throw new IOException("connect failed: " + e, e);
    }
  }

  /// Sends each frame at once (Nagle costs up to 40 ms), and makes closing immediate: j2mod lets it
  /// block up to a second and end in a reset.
  private void adopt(Socket connected) throws IOException {
    socket = connected;
    connected.setTcpNoDelay(true);
    connected.setSoLinger(false, 0);
    input = new DataInputStream(new BufferedInputStream(connected.getInputStream(), 512));
    lastUseNanos = System.nanoTime();
  }

  /// Why the connection cannot take a request, or null. Bytes nobody asked for would be taken as
  /// the next answer, over RTU without any sign. A connection idle for a while is also asked
  /// whether the other side has closed it, which many devices do, so that no request is spent to
  /// find out.
  @Nullable String fault() {
    try {
      if (openInput().available() > 0) {
        return "bytes came that no request asked for";
      }
      boolean busy = System.nanoTime() - lastUseNanos < QUIET.toNanos();
      return busy ? null : faultAfterIdling();
    } catch (IOException e) {
      return reason(e);
    }
  }

  private @Nullable String faultAfterIdling() throws IOException {
    openSocket().setSoTimeout(1);
    try {
      int first = openInput().read();
      return first < 0 ? "closed by the other side" : "bytes came that no request asked for";
    } catch (SocketTimeoutException e) {
      return null;
    }
  }

  /// Writes the request once and reads its answer. The limit holds for each read of the socket; the
  /// caller's watchdog bounds the whole.
  ///
  /// @throws IOException when nothing came in time, the connection broke or the answer is wrong;
  ///   the wire must not be used again
  byte[] exchange(ModbusRequest request, int transaction, Duration limit) throws IOException {
    openSocket().setSoTimeout(Math.max(1, (int) limit.toMillis()));
    com.ghgande.j2mod.modbus.msg.ModbusRequest message = Pdu.encode(request);
    message.setTransactionID(transaction);
    try {
      transport.writeRequest(message);
    } catch (ModbusIOException e) {
      throw new IOException(e.getMessage());
    }
    byte[] pdu = framing.readPdu(openInput(), request, transaction);
    lastUseNanos = System.nanoTime();
    return pdu;
  }

  /// Closes the socket, which ends every wait on it at once. Safe from any thread and repeatedly.
  void abort() {
    Socket present = socket;
    if (present == null) {
      return;
    }
    try {
      present.close();
    } catch (IOException e) {
      // The connection is given up either way; nothing is left to decide.
    }
  }

  static String reason(IOException e) {
    return e instanceof EOFException
        ? "closed by the other side"
        : Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
  }

  private Socket openSocket() {
    return Objects.requireNonNull(socket, "not connected");
  }

  private DataInputStream openInput() {
    return Objects.requireNonNull(input, "not connected");
  }
}
