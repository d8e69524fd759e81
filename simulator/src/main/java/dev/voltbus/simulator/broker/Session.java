package dev.voltbus.simulator.broker;

import io.netty.handler.codec.mqtt.MqttQoS;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the broker remembers of one client id (MQTT 3.1.1, 3.1.2.4): its filters, messages on their
/// way to it, and QoS 2 messages it has announced but not released. A persistent session outlives
/// its connections.
final class Session {

  private static final Logger log = LoggerFactory.getLogger(Session.class);
  private static final int LAST_PACKET_ID = 65_535;

  private final String clientId;
  private final boolean persistent;
  private final BrokerOptions.Limits limits;
  private final Set<String> filters = new HashSet<>();
  private final Map<Integer, Delivery> inFlight = new LinkedHashMap<>();
  private final Queue<Message> queue = new ArrayDeque<>();
  private final Map<Integer, Message> unreleased = new HashMap<>();
  private @Nullable ClientConnection connection;
  private long queuedBytes;
  private long dropped;
  private int lastPacketId;

  Session(String clientId, boolean persistent, BrokerOptions.Limits limits) {
    this.clientId = clientId;
    this.persistent = persistent;
    this.limits = limits;
  }

  String clientId() {
    return clientId;
  }

  boolean isPersistent() {
    return persistent;
  }

  long dropped() {
    return dropped;
  }

  Collection<String> filters() {
    return filters;
  }

  /// From now on messages go out here, first of all again those the client has not acknowledged
  /// (4.4), in their old order.
  void attach(ClientConnection newConnection) {
    inFlight.forEach((id, delivery) -> sendAgain(newConnection, id, delivery));
    connection = newConnection;
    newConnection.whenRelieved(this::sendQueued);
    sendQueued();
  }

  void detach() {
    connection = null;
  }

  /// Sends, queues or drops the message, in this order of preference. Like mosquitto, a full queue
  /// loses the newest, and QoS 0 is never queued.
  void deliver(Message message) {
    if (message.qos() == MqttQoS.AT_MOST_ONCE) {
      deliverAtMostOnce(message);
    } else if (queue.size() < limits.queued() && queuedBytes < limits.queuedBytes()) {
      queue.add(message);
      queuedBytes += message.size();
      sendQueued();
    } else {
      drop(message);
    }
  }

  /// PUBACK or PUBCOMP: the message has arrived. An unknown id is ignored.
  void acknowledged(int packetId) {
    inFlight.remove(packetId);
    sendQueued();
  }

  /// PUBREC: from now on only PUBREL may be repeated, never the message. An unknown id is answered
  /// too, else the client would wait for ever.
  void received(int packetId) {
    inFlight.computeIfPresent(packetId, (id, delivery) -> new Delivery(delivery.message(), true));
    if (connection != null) {
      connection.release(packetId);
    }
  }

  /// Keeps a QoS 2 message until its PUBREL; the same id again is the same message again.
  ///
  /// @return false if the client has more of them open than the queue limit
  boolean announce(int packetId, Message message) {
    unreleased.putIfAbsent(packetId, message);
    return unreleased.size() <= limits.queued();
  }

  Optional<Message> release(int packetId) {
    return Optional.ofNullable(unreleased.remove(packetId));
  }

  private void deliverAtMostOnce(Message message) {
    if (connection == null) {
      return;
    }
    if (connection.isCongested()) {
      drop(message);
    } else {
      connection.publish(message, 0, false);
    }
  }

  private void drop(Message message) {
    if (dropped == 0) {
      log.warn(
          "client={} drops messages from now on: queued={} of {}, bytes={} of {}, topic={}",
          clientId,
          queue.size(),
          limits.queued(),
          queuedBytes,
          limits.queuedBytes(),
          message.topic());
    }
    dropped++;
  }

  private void sendQueued() {
    while (connection != null && !connection.isCongested() && inFlight.size() < limits.inFlight()) {
      Message message = queue.poll();
      if (message == null) {
        return;
      }
      queuedBytes -= message.size();
      int packetId = nextPacketId();
      inFlight.put(packetId, new Delivery(message, false));
      connection.publish(message, packetId, false);
    }
  }

  private static void sendAgain(ClientConnection connection, int packetId, Delivery delivery) {
    if (delivery.received()) {
      connection.release(packetId);
    } else {
      connection.publish(delivery.message(), packetId, true);
    }
  }

  private int nextPacketId() {
    do {
      lastPacketId = lastPacketId == LAST_PACKET_ID ? 1 : lastPacketId + 1;
    } while (inFlight.containsKey(lastPacketId));
    return lastPacketId;
  }

  /// @param received the client has answered PUBREC, PUBCOMP is still missing
  private record Delivery(Message message, boolean received) {}
}
