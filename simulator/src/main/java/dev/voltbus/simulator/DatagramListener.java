package dev.voltbus.simulator;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramPacket;
import io.vertx.core.datagram.DatagramSocket;
import io.vertx.core.net.SocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// UDP: each datagram is a frame, each sender counts as a connection.
final class DatagramListener implements Listener {
  private static final Logger LOG = LoggerFactory.getLogger(DatagramListener.class);
  private static final int MOST_SENDERS = 1000;

  private final Vertx vertx;
  private final Endpoint endpoint;
  private final Acceptor acceptor;
  private final Map<SocketAddress, RequestStream> senders = new LinkedHashMap<>();
  private int port;
  private @Nullable DatagramSocket socket;

  DatagramListener(Vertx vertx, Endpoint endpoint, Acceptor acceptor) {
    this.vertx = vertx;
    this.endpoint = endpoint;
    this.acceptor = acceptor;
    this.port = endpoint.port();
  }

  @Override
  public Future<Void> open() {
    DatagramSocket fresh = vertx.createDatagramSocket();
    socket = fresh;
    fresh.handler(this::receive);
    return fresh
        .listen(port, endpoint.host())
        .onSuccess(bound -> port = bound.localAddress().port())
        .mapEmpty();
  }

  private void receive(DatagramPacket packet) {
    RequestStream stream = senders.get(packet.sender());
    if (stream == null) {
      forgetTheOldest();
      stream = acceptor.accept(new Sender(packet.sender()));
      senders.put(packet.sender(), stream);
    }
    stream.receiveAlone(packet.data());
  }

  private void forgetTheOldest() {
    if (senders.size() >= MOST_SENDERS) {
      SocketAddress oldest = senders.keySet().iterator().next();
      RequestStream stream = senders.remove(oldest);
      if (stream != null) {
        stream.ended();
      }
    }
  }

  @Override
  public Future<Void> close() {
    senders.values().forEach(RequestStream::ended);
    senders.clear();
    return socket == null ? Future.succeededFuture() : socket.close();
  }

  @Override
  public int port() {
    return port;
  }

  private final class Sender implements Connection {
    private final SocketAddress address;

    private Sender(SocketAddress address) {
      this.address = address;
    }

    @Override
    public void write(Buffer bytes) {
      if (socket != null) {
        socket
            .send(bytes, address.port(), address.hostAddress())
            .onFailure(gone -> LOG.debug("send: {}", gone.getMessage()));
      }
    }

    /// There is nothing to close; the sender is unknown again.
    @Override
    public void close() {
      RequestStream stream = senders.remove(address);
      if (stream != null) {
        stream.ended();
      }
    }

    @Override
    public void reset() {
      close();
    }
  }
}
