package dev.voltbus.simulator.broker;

import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.mqtt.MqttEndpoint;
import java.util.List;

/// The way out to one connected client. It knows how much the client has not taken off its socket
/// yet, and says nothing to a client that is gone (the endpoint itself would throw).
final class ClientConnection {

  /// Fixed header, lengths and packet id: about what a PUBLISH adds to topic and payload.
  private static final int PACKET_OVERHEAD = 9;

  private final MqttEndpoint endpoint;
  private final int unwrittenLimit;
  private Runnable whenRelieved = () -> {};
  private long unwritten;

  ClientConnection(MqttEndpoint endpoint, int unwrittenLimit) {
    this.endpoint = endpoint;
    this.unwrittenLimit = unwrittenLimit;
  }

  void whenRelieved(Runnable action) {
    whenRelieved = action;
  }

  boolean isCongested() {
    return unwritten >= unwrittenLimit;
  }

  void publish(Message message, int packetId, boolean again) {
    if (!endpoint.isConnected()) {
      return;
    }
    int size = message.size() + PACKET_OVERHEAD;
    unwritten += size;
    endpoint
        .publish(
            message.topic(), message.payload(), message.qos(), again, message.retain(), packetId)
        .onComplete(unused -> written(size));
  }

  void acknowledge(int packetId) {
    if (endpoint.isConnected()) {
      endpoint.publishAcknowledge(packetId);
    }
  }

  void received(int packetId) {
    if (endpoint.isConnected()) {
      endpoint.publishReceived(packetId);
    }
  }

  void release(int packetId) {
    if (endpoint.isConnected()) {
      endpoint.publishRelease(packetId);
    }
  }

  void complete(int packetId) {
    if (endpoint.isConnected()) {
      endpoint.publishComplete(packetId);
    }
  }

  void subscribed(int packetId, List<MqttQoS> granted) {
    if (endpoint.isConnected()) {
      endpoint.subscribeAcknowledge(packetId, granted);
    }
  }

  void unsubscribed(int packetId) {
    if (endpoint.isConnected()) {
      endpoint.unsubscribeAcknowledge(packetId);
    }
  }

  /// Ends the connection without a word; a second call does nothing.
  void close() {
    if (endpoint.isConnected()) {
      endpoint.close();
    }
  }

  private void written(int size) {
    boolean wasCongested = isCongested();
    unwritten -= size;
    if (wasCongested && !isCongested()) {
      whenRelieved.run();
    }
  }
}
