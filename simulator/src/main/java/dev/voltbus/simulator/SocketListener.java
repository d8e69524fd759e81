package dev.voltbus.simulator;

import dev.voltbus.simulator.ModbusServer.Transport;
import io.netty.channel.ChannelOption;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// TCP, with or without TLS. It can be closed and opened again on the port it had.
final class SocketListener implements Listener {
  private static final Logger LOG = LoggerFactory.getLogger(SocketListener.class);

  private final Vertx vertx;
  private final Endpoint endpoint;
  private final Acceptor acceptor;
  private int port;
  private @Nullable NetServer server;

  SocketListener(Vertx vertx, Endpoint endpoint, Acceptor acceptor) {
    this.vertx = vertx;
    this.endpoint = endpoint;
    this.acceptor = acceptor;
    this.port = endpoint.port();
  }

  @Override
  public Future<Void> open() {
    NetServer fresh = vertx.createNetServer(options());
    server = fresh;
    return fresh
        .connectHandler(this::accept)
        .listen(port, endpoint.host())
        .onSuccess(bound -> port = bound.actualPort())
        .mapEmpty();
  }

  private NetServerOptions options() {
    NetServerOptions options = new NetServerOptions().setTcpNoDelay(true).setReuseAddress(true);
    if (endpoint.transport() == Transport.TLS) {
      secure(options, Objects.requireNonNull(endpoint.tls()));
    }
    return options;
  }

  private static void secure(NetServerOptions options, Endpoint.TlsFiles files) {
    options
        .setSsl(true)
        .setKeyCertOptions(
            new PemKeyCertOptions().setCertPath(files.certificate()).setKeyPath(files.key()));
    @Nullable String clientCa = files.clientCa();
    if (clientCa != null) {
      options
          .setClientAuth(ClientAuth.REQUIRED)
          .setTrustOptions(new PemTrustOptions().addCertPath(clientCa));
    }
  }

  private void accept(NetSocket socket) {
    RequestStream stream = acceptor.accept(new Socket(socket));
    socket.closeHandler(ended -> stream.ended());
    socket.exceptionHandler(broken -> LOG.debug("modbus={} {}", port, broken.getMessage()));
    socket.handler(stream::receive);
  }

  @Override
  public Future<Void> close() {
    return server == null ? Future.succeededFuture() : server.close();
  }

  @Override
  public int port() {
    return port;
  }

  private record Socket(NetSocket socket) implements Connection {
    @Override
    public void write(Buffer bytes) {
      socket.write(bytes).onFailure(gone -> LOG.debug("write: {}", gone.getMessage()));
    }

    @Override
    public void close() {
      socket.close().onFailure(gone -> LOG.debug("close: {}", gone.getMessage()));
    }

    /// Closing with a linger time of 0 sends RST (socket(7), SO_LINGER).
    @Override
    public void reset() {
      ((NetSocketInternal) socket)
          .channelHandlerContext()
          .channel()
          .config()
          .setOption(ChannelOption.SO_LINGER, 0);
      close();
    }
  }
}
