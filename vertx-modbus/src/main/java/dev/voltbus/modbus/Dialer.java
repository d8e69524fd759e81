package dev.voltbus.modbus;

import dev.voltbus.modbus.ModbusEndpoint.Host;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Opens the line of an endpoint within its time limit; name resolution and TLS handshake count.
final class Dialer {
  private final Vertx vertx;
  private final ModbusClientOptions options;
  private final long deadlineNanos;

  private Dialer(Vertx vertx, ModbusClientOptions options) {
    this.vertx = vertx;
    this.options = options;
    this.deadlineNanos = System.nanoTime() + options.connectTimeout().toNanos();
  }

  /// @throws InterruptedException when the thread is interrupted meanwhile
  static Wire open(Vertx vertx, ModbusClientOptions options, Ledger ledger, Tap tap)
      throws IOException, InterruptedException {
    Dialer dialer = new Dialer(vertx, options);
    return new Wire(dialer.line(), framing(options.endpoint()), ledger, tap);
  }

  private static Framing framing(ModbusEndpoint endpoint) {
    return switch (endpoint) {
      case ModbusEndpoint.Tcp _, ModbusEndpoint.Udp _, ModbusEndpoint.Tls _ -> new MbapFraming();
      case ModbusEndpoint.RtuOverTcp _, ModbusEndpoint.RtuOverUdp _, ModbusEndpoint.Rtu _ ->
          new RtuFraming();
      case ModbusEndpoint.AsciiOverTcp _, ModbusEndpoint.Ascii _ -> new AsciiFraming();
    };
  }

  private Line line() throws IOException, InterruptedException {
    return switch (options.endpoint()) {
      case ModbusEndpoint.Tcp tcp -> new SocketLine(connect(tcp));
      case ModbusEndpoint.RtuOverTcp rtu -> new SocketLine(connect(rtu));
      case ModbusEndpoint.AsciiOverTcp ascii -> new SocketLine(connect(ascii));
      case ModbusEndpoint.Tls tls -> new SocketLine(secure(tls));
      case ModbusEndpoint.Udp udp -> DatagramLine.open(address(udp));
      case ModbusEndpoint.RtuOverUdp rtu -> DatagramLine.open(address(rtu));
      case ModbusEndpoint.Rtu rtu ->
          SerialLine.open(rtu.path(), rtu.settings(), rtu.settings().silenceNanos());
      case ModbusEndpoint.Ascii ascii -> SerialLine.open(ascii.path(), ascii.settings(), 0);
    };
  }

  private Socket secure(ModbusEndpoint.Tls tls) throws IOException, InterruptedException {
    Socket socket = connect(tls);
    try {
      return Tls.shake(vertx, socket, tls, options.tls(), millisLeft());
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private Socket connect(Host host) throws IOException, InterruptedException {
    InetSocketAddress address = address(host);
    Socket socket = new Socket();
    try {
      socket.connect(address, millisLeft());
      SocketLine.prepare(socket);
      return socket;
    } catch (SocketTimeoutException e) {
      socket.close();
      throw new SocketTimeoutException(
          "connect got no answer within " + Range.millis(options.connectTimeout()));
    } catch (IOException e) {
      socket.close();
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedException("interrupted while connecting");
      }
      throw e;
    }
  }

  private int millisLeft() {
    return (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime()));
  }

  /// The system's resolver knows no time limit and cannot be interrupted, so it works on a thread
  /// of its own that is left behind when it takes too long.
  private InetSocketAddress address(Host host) throws IOException, InterruptedException {
    String name = host.host();
    FutureTask<InetAddress> lookup = new FutureTask<>(() -> InetAddress.getByName(name));
    Thread.ofVirtual().name("modbus-lookup-" + name).start(lookup);
    try {
      return new InetSocketAddress(lookup.get(millisLeft(), TimeUnit.MILLISECONDS), host.port());
    } catch (ExecutionException e) {
      throw new UnknownHostException("host " + name + " is not known");
    } catch (TimeoutException e) {
      Duration limit = options.connectTimeout();
      throw new SocketTimeoutException(
          "host " + name + " not resolved within " + Range.millis(limit));
    }
  }
}
