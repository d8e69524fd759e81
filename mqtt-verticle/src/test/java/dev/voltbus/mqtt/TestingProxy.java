package dev.voltbus.mqtt;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.ArrayList;
import java.util.List;

/// A TCP relay before a broker: it can break connections, refuse new ones, or let them hang.
final class TestingProxy {
  private static final String LOOPBACK = "127.0.0.1";

  private final Vertx vertx;
  private final NetClient client;
  private final int target;
  private final List<NetSocket> sockets = new ArrayList<>();
  private NetServer server;
  private int port;
  private boolean isFrozen;
  private int accepted;

  TestingProxy(Vertx vertx, int target) {
    this.vertx = vertx;
    this.client = vertx.createNetClient();
    this.target = target;
    this.server = vertx.createNetServer();
  }

  synchronized int port() {
    return port;
  }

  synchronized int accepted() {
    return accepted;
  }

  /// Listens, on the same port as before.
  synchronized Future<Void> open() {
    server = vertx.createNetServer();
    return server
        .connectHandler(this::relay)
        .listen(port, LOOPBACK)
        .onSuccess(this::remember)
        .mapEmpty();
  }

  /// Breaks all connections and refuses new ones.
  synchronized Future<Void> close() {
    return server.close().compose(closed -> breakAll());
  }

  /// Breaks all connections without a word.
  synchronized Future<Void> breakAll() {
    List<Future<Void>> closing = sockets.stream().map(NetSocket::close).toList();
    sockets.clear();
    return Future.join(closing).mapEmpty();
  }

  /// From now on nothing passes, and nobody is told.
  synchronized void freeze() {
    isFrozen = true;
    sockets.forEach(NetSocket::pause);
  }

  private synchronized void remember(NetServer listening) {
    port = listening.actualPort();
  }

  private synchronized void relay(NetSocket from) {
    accepted++;
    sockets.add(from);
    from.pause();
    if (isFrozen) {
      return;
    }
    client
        .connect(target, LOOPBACK)
        .onSuccess(to -> join(from, to))
        .onFailure(failure -> from.close());
  }

  private synchronized void join(NetSocket from, NetSocket to) {
    sockets.add(to);
    from.handler(to::write);
    to.handler(from::write);
    from.closeHandler(closed -> to.close());
    to.closeHandler(closed -> from.close());
    from.resume();
  }
}
