package dev.voltbus.simulator.broker;

import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.mqtt.MqttEndpoint;
import io.vertx.mqtt.MqttTopicSubscription;
import io.vertx.mqtt.messages.MqttPublishMessage;
import io.vertx.mqtt.messages.MqttSubscribeMessage;
import io.vertx.mqtt.messages.MqttUnsubscribeMessage;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One accepted connection: turns the client's packets into calls of the exchange and its session,
/// and decides at the end whether the will is due.
final class Client {

  private static final Logger log = LoggerFactory.getLogger(Client.class);

  private final Exchange exchange;
  private final Session session;
  private final ClientConnection connection;
  private @Nullable Message will;
  private boolean ended;

  Client(Exchange exchange, Session session, ClientConnection connection, Optional<Message> will) {
    this.exchange = exchange;
    this.session = session;
    this.connection = connection;
    this.will = will.orElse(null);
  }

  /// Handlers go in before CONNACK, because the endpoint takes none after its end.
  void listenTo(MqttEndpoint endpoint) {
    endpoint
        .publishHandler(this::published)
        .publishReleaseHandler(this::released)
        .publishAcknowledgeHandler(session::acknowledged)
        .publishReceivedHandler(session::received)
        .publishCompletionHandler(session::acknowledged)
        .subscribeHandler(this::subscribed)
        .unsubscribeHandler(this::unsubscribed)
        .disconnectHandler(unused -> leave())
        .exceptionHandler(this::failed)
        .closeHandler(unused -> end());
  }

  /// Everything the client missed goes out, right after CONNACK.
  void begin() {
    session.attach(connection);
  }

  /// Ends the connection at once, as if the network had cut it: the will is due.
  void drop() {
    connection.close();
    end();
  }

  /// DISCONNECT: the client means to go, so nobody is told.
  private void leave() {
    will = null;
    end();
  }

  private void end() {
    if (!ended) {
      ended = true;
      exchange.left(session);
      @Nullable Message due = will;
      if (due != null) {
        exchange.publish(due);
      }
    }
  }

  private void published(MqttPublishMessage packet) {
    String topic = packet.topicName();
    if (!Topics.isValidTopic(topic)) {
      violated("published to topic '" + topic + "'");
      return;
    }
    Message message = new Message(topic, packet.payload(), packet.qosLevel(), packet.isRetain());
    switch (packet.qosLevel()) {
      case AT_MOST_ONCE -> route(message);
      case AT_LEAST_ONCE -> {
        route(message);
        connection.acknowledge(packet.messageId());
      }
      case EXACTLY_ONCE -> announced(packet.messageId(), message);
      case FAILURE -> violated("published with QoS 3");
    }
  }

  private void announced(int packetId, Message message) {
    if (session.announce(packetId, message)) {
      connection.received(packetId);
    } else {
      violated("has too many QoS 2 messages without PUBREL");
    }
  }

  private void released(int packetId) {
    session.release(packetId).ifPresent(this::route);
    connection.complete(packetId);
  }

  private void route(Message message) {
    if (!Topics.isReserved(message.topic())) {
      exchange.publish(message);
    }
  }

  private void subscribed(MqttSubscribeMessage packet) {
    List<MqttTopicSubscription> wanted = packet.topicSubscriptions();
    if (!wanted.stream().map(MqttTopicSubscription::topicName).allMatch(this::isFilter)) {
      return;
    }
    connection.subscribed(packet.messageId(), wanted.stream().map(this::grant).toList());
    wanted.stream()
        .filter(one -> !Topics.isShared(one.topicName()))
        .forEach(one -> exchange.sendRetained(session, one.topicName(), one.qualityOfService()));
  }

  private MqttQoS grant(MqttTopicSubscription wanted) {
    if (Topics.isShared(wanted.topicName())) {
      return MqttQoS.FAILURE;
    }
    exchange.subscribe(session, wanted.topicName(), wanted.qualityOfService());
    return wanted.qualityOfService();
  }

  private void unsubscribed(MqttUnsubscribeMessage packet) {
    if (packet.topics().stream().allMatch(this::isFilter)) {
      packet.topics().forEach(filter -> exchange.unsubscribe(session, filter));
      connection.unsubscribed(packet.messageId());
    }
  }

  private boolean isFilter(String filter) {
    boolean valid = Topics.isValidFilter(filter);
    if (!valid) {
      violated("sent topic filter '" + filter + "'");
    }
    return valid;
  }

  /// A broken connection is the client's business; what cannot be decoded is a fault of the client.
  private void failed(Throwable cause) {
    if (cause instanceof IOException) {
      log.debug("client={} lost its connection: {}", session.clientId(), cause.toString());
      drop();
    } else {
      violated(cause.toString());
    }
  }

  private void violated(String what) {
    log.warn("client={} is disconnected: {}", session.clientId(), what);
    drop();
  }
}
