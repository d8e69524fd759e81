package dev.voltbus.simulator.broker;

import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.mqtt.MqttAuth;
import io.vertx.mqtt.MqttEndpoint;
import io.vertx.mqtt.MqttWill;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The door: answers each CONNECT and starts a [Client] for those let in.
final class Admission {

  private static final Logger log = LoggerFactory.getLogger(Admission.class);
  private static final int MQTT_5 = 5;

  private final BrokerOptions options;
  private final Exchange exchange;

  Admission(BrokerOptions options, Exchange exchange) {
    this.options = options;
    this.exchange = exchange;
  }

  void connect(MqttEndpoint endpoint) {
    Optional<MqttConnectReturnCode> refusal = refusal(endpoint);
    if (refusal.isPresent()) {
      log.warn("client={} is refused: {}", endpoint.clientIdentifier(), refusal.get());
      endpoint.reject(refusal.get());
    } else if (!hasValidWill(endpoint.will())) {
      log.warn("client={} is disconnected: its will is invalid", endpoint.clientIdentifier());
      endpoint.close();
    } else {
      admit(endpoint);
    }
  }

  private void admit(MqttEndpoint endpoint) {
    String id = endpoint.clientIdentifier();
    Optional<Session> resumed = exchange.resume(id, endpoint.isCleanSession());
    Session session = resumed.orElseGet(() -> exchange.open(id, endpoint.isCleanSession()));
    ClientConnection connection = new ClientConnection(endpoint, options.limits().unwrittenBytes());
    Client client = new Client(exchange, session, connection, will(endpoint.will()));
    client.listenTo(endpoint);
    exchange.joined(client, id);
    endpoint.accept(resumed.isPresent());
    client.begin();
  }

  private Optional<MqttConnectReturnCode> refusal(MqttEndpoint endpoint) {
    if (endpoint.protocolVersion() >= MQTT_5) {
      return Optional.of(MqttConnectReturnCode.CONNECTION_REFUSED_UNSUPPORTED_PROTOCOL_VERSION);
    }
    if (!isKnown(endpoint.auth())) {
      return Optional.of(MqttConnectReturnCode.CONNECTION_REFUSED_NOT_AUTHORIZED);
    }
    if (exchange.isFullFor(endpoint.clientIdentifier())) {
      return Optional.of(MqttConnectReturnCode.CONNECTION_REFUSED_SERVER_UNAVAILABLE);
    }
    return Optional.empty();
  }

  private boolean isKnown(@Nullable MqttAuth shown) {
    BrokerOptions.Credentials expected = options.credentials();
    if (expected == null) {
      return true;
    }
    return shown != null
        && expected.username().equals(shown.getUsername())
        && expected.password().equals(shown.getPassword());
  }

  private static boolean hasValidWill(MqttWill will) {
    return !will.isWillFlag()
        || (Topics.isValidTopic(will.getWillTopic())
            && will.getWillQos() <= MqttQoS.EXACTLY_ONCE.value());
  }

  private static Optional<Message> will(MqttWill will) {
    if (!will.isWillFlag()) {
      return Optional.empty();
    }
    MqttQoS qos = MqttQoS.valueOf(will.getWillQos());
    return Optional.of(
        new Message(will.getWillTopic(), will.getWillMessage(), qos, will.isWillRetain()));
  }
}
