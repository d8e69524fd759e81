package dev.voltbus.console;

import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One browser on the live feed. What it cannot take at once is dropped and counted; when it can
/// take something again it gets everything, so that it never goes on with a hole.
final class LiveClient {
  private static final Logger LOG = LoggerFactory.getLogger(LiveClient.class);
  private static final int QUEUE_BYTES = 64 * 1024;

  private final ServerWebSocket socket;
  private final List<DeviceView> watched;
  private boolean complete;
  private long dropped;
  private long droppedInARow;

  LiveClient(ServerWebSocket socket, List<DeviceView> watched) {
    this.socket = socket.setWriteQueueMaxSize(QUEUE_BYTES).handler(ignored -> {});
    this.watched = List.copyOf(watched);
  }

  List<DeviceView> watched() {
    return watched;
  }

  /// True until it has got everything once, and again after a dropped batch.
  boolean needsAll() {
    return !complete;
  }

  /// True from the beginning of the closing handshake on.
  boolean isClosed() {
    return socket.isClosed();
  }

  boolean isFull() {
    return socket.writeQueueFull();
  }

  /// Counts a batch it could not take.
  ///
  /// @return how many it could not take in a row
  long drop() {
    complete = false;
    dropped++;
    return ++droppedInARow;
  }

  void send(JsonObject message) {
    complete = true;
    droppedInARow = 0;
    socket
        .writeTextMessage(message.put("dropped", dropped).encode())
        .onFailure(gone -> LOG.debug("client={} gone: {}", name(), gone.getMessage()));
  }

  void close(short code, String reason) {
    socket
        .close(code, reason)
        .onFailure(gone -> LOG.debug("client={} gone: {}", name(), gone.getMessage()));
  }

  String name() {
    return String.valueOf(socket.remoteAddress());
  }
}
