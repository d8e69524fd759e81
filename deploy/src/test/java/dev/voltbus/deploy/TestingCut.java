package dev.voltbus.deploy;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.ArrayList;
import java.util.List;

/// A cable to a server that can be cut and mended while the server lives on.
final class TestingCut {
  private static final String LOOPBACK = "127.0.0.1";

  private final Vertx vertx;
  private final NetClient client;
  private final int target;
  private final List<NetSocket> sockets = new ArrayList<>();
  private NetServer server;
  private int port;

  TestingCut(Vertx vertx, int target) {
    this.vertx = vertx;
    this.client = vertx.createNetClient();
    this.target = target;
    this.server = vertx.createNetServer();
  }

  synchronized int port() {
    return port;
  }

  /// Lets connections through, on the same port as before.
  void mend() {
    NetServer fresh = vertx.createNetServer().connectHandler(this::relay);
    fresh.listen(port(), LOOPBACK).await();
    remember(fresh);
  }

  private synchronized void remember(NetServer listening) {
    server = listening;
    port = listening.actualPort();
  }

  /// Breaks all connections and refuses new ones.
  void cut() {
    List<Future<Void>> closing = new ArrayList<>();
    synchronized (this) {
      closing.add(server.close());
      sockets.forEach(socket -> closing.add(socket.close()));
      sockets.clear();
    }
    Future.join(closing).await();
  }

  private synchronized void relay(NetSocket from) {
    sockets.add(from);
    from.pause();
    client
        .connect(target, LOOPBACK)
        .onSuccess(to -> join(from, to))
        .onFailure(failure -> from.close().onFailure(gone -> {}));
  }

  private synchronized void join(NetSocket from, NetSocket to) {
    sockets.add(to);
    from.pipeTo(to).onFailure(ended -> {});
    to.pipeTo(from).onFailure(ended -> {});
  }
}
