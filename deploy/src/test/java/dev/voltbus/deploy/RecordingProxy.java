package dev.voltbus.deploy;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A cable between the gateway and a broker. It can be cut and mended while both live on, and it
/// notes what the gateway published through it and what the broker acknowledged.
final class RecordingProxy {
  private static final String LOOPBACK = "127.0.0.1";

  private final Vertx vertx;
  private final NetClient client;
  private final int target;
  private final List<NetSocket> sockets = new ArrayList<>();
  private final Set<Message> published = new HashSet<>();
  private final Set<Message> acknowledged = new HashSet<>();
  private NetServer server;
  private int port;

  RecordingProxy(Vertx vertx, int target) {
    this.vertx = vertx;
    this.client = vertx.createNetClient();
    this.target = target;
    this.server = vertx.createNetServer();
  }

  synchronized int port() {
    return port;
  }

  /// Messages of QoS 1 and 2 that passed to the broker.
  synchronized Set<Message> published() {
    return Set.copyOf(published);
  }

  /// Those for which a PUBACK or PUBCOMP came back until now.
  synchronized Set<Message> acknowledged() {
    return Set.copyOf(acknowledged);
  }

  synchronized int acknowledgements() {
    return acknowledged.size();
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
    Map<Integer, Message> underway = new HashMap<>();
    MqttFrames sent = new MqttFrames(frame -> sent(frame, underway));
    MqttFrames answered = new MqttFrames(frame -> answered(frame, underway));
    pass(from, to, sent);
    pass(to, from, answered);
    from.resume();
  }

  /// The other side gets what it can take, and is noted to have got it.
  private static void pass(NetSocket from, NetSocket to, MqttFrames frames) {
    from.handler(bytes -> {
      frames.accept(bytes);
      to.write(bytes).onFailure(gone -> {});
      if (to.writeQueueFull()) {
        from.pause();
        to.drainHandler(room -> from.resume());
      }
    });
    from.closeHandler(closed -> to.close().onFailure(gone -> {}));
  }

  private synchronized void sent(Buffer frame, Map<Integer, Message> underway) {
    if (MqttFrames.type(frame) == MqttFrames.PUBLISH && MqttFrames.qos(frame) > 0) {
      Message message = MqttFrames.message(frame);
      underway.put(MqttFrames.packetId(frame), message);
      published.add(message);
    }
  }

  private synchronized void answered(Buffer frame, Map<Integer, Message> underway) {
    int type = MqttFrames.type(frame);
    if (type == MqttFrames.PUBACK || type == MqttFrames.PUBCOMP) {
      Message message = underway.remove(MqttFrames.packetId(frame));
      if (message != null) {
        acknowledged.add(message);
      }
    }
  }
}
