package dev.voltbus.modbus;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// A Modbus TCP server for several clients. It knows frames and the limits of the protocol; what
/// the registers hold is the [Device]'s.
///
/// - The requests of a client are answered in order, one at a time; a client that sends more waits.
/// - A request outside the limits is refused with the exception that the protocol asks for, and
///   never reaches the device. Bytes that are no Modbus TCP close the connection.
/// - Every unit id, 0 and 255 included, is an ordinary address that is answered; a device refuses
///   those it does not have with exception 10 or 11.
/// - What the device throws, fails with or answers wrongly becomes exception 4, and a log line.
public final class ModbusServer {
  /// Answers requests.
  @FunctionalInterface
  public interface Device {
    /// Answers one request; called on the server's context and must not block it.
    ///
    /// @param client address and port of who asks, for log lines
    Future<ModbusAnswer> answer(ModbusRequest request, String client);
  }

  private final ModbusServerOptions options;
  private final Device device;
  private final NetServer server;
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicLong connections = new AtomicLong();
  private final AtomicLong turnedAway = new AtomicLong();
  private final AtomicLong requests = new AtomicLong();
  private final AtomicLong refusals = new AtomicLong();
  private final AtomicLong malformed = new AtomicLong();

  private ModbusServer(Vertx vertx, ModbusServerOptions options, Device device) {
    this.options = options;
    this.device = device;
    this.server =
        vertx
            .createNetServer(
                new NetServerOptions()
                    .setHost(options.host())
                    .setPort(options.port())
                    .setTcpNoDelay(true)
                    .setTcpKeepAlive(true)
                    .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                    .setIdleTimeout((int) options.idleTimeout().toMillis()))
            .connectHandler(this::accept);
  }

  /// A server that does not listen yet.
  public static ModbusServer create(Vertx vertx, ModbusServerOptions options, Device device) {
    return new ModbusServer(vertx, options, device);
  }

  public ModbusServerOptions options() {
    return options;
  }

  /// Starts to listen; fails when the address cannot be had.
  public Future<ModbusServer> listen() {
    return server.listen().map(this);
  }

  /// The port it listens on, once [#listen] has completed.
  public int port() {
    return server.actualPort();
  }

  /// The counters as of now.
  public ModbusServerCounters counters() {
    return new ModbusServerCounters(
        open.get(),
        connections.get(),
        turnedAway.get(),
        requests.get(),
        refusals.get(),
        malformed.get());
  }

  /// Stops listening and closes all connections.
  public Future<Void> close() {
    return server.close();
  }

  private void accept(NetSocket socket) {
    if (open.incrementAndGet() > options.mostConnections()) {
      open.decrementAndGet();
      turnedAway.incrementAndGet();
      socket.close().onFailure(ServerConnection::closedAlready);
      return;
    }
    connections.incrementAndGet();
    socket.closeHandler(v -> open.decrementAndGet());
    new ServerConnection(socket, device, this::count).start();
  }

  private void count(ServerConnection.Event event) {
    switch (event) {
      case REQUEST -> requests.incrementAndGet();
      case REFUSAL -> refusals.incrementAndGet();
      case MALFORMED -> malformed.incrementAndGet();
    }
  }
}
