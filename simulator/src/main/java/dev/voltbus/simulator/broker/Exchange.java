package dev.voltbus.simulator.broker;

import io.netty.handler.codec.mqtt.MqttQoS;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The state of the broker: who is there, who wants what, and what is retained. Lives on the one
/// event loop of its verticle.
final class Exchange {

  private static final Logger log = LoggerFactory.getLogger(Exchange.class);

  private final BrokerOptions.Limits limits;
  private final SubscriptionTree subscriptions = new SubscriptionTree();
  private final RetainedMessages retained;
  private final Map<String, Session> sessions = new HashMap<>();
  private final Map<String, Client> clients = new HashMap<>();
  private long droppedElsewhere;

  Exchange(BrokerOptions.Limits limits) {
    this.limits = limits;
    this.retained = new RetainedMessages(limits.retained());
  }

  int connections() {
    return clients.size();
  }

  /// Messages lost to a bound so far, over all sessions.
  long dropped() {
    return droppedElsewhere + sessions.values().stream().mapToLong(Session::dropped).sum();
  }

  Optional<Message> retained(String topic) {
    return retained.at(topic);
  }

  List<Client> clients() {
    return List.copyOf(clients.values());
  }

  boolean isFullFor(String clientId) {
    return sessions.size() >= limits.sessions() && !sessions.containsKey(clientId);
  }

  /// The session this connection goes on with, if the client asks for that and there is one. A
  /// connection of the same client id ends here (MQTT 3.1.1, 3.1.4).
  Optional<Session> resume(String clientId, boolean cleanSession) {
    Client older = clients.get(clientId);
    if (older != null) {
      log.info("client={} connects again, its older connection ends", clientId);
      older.drop();
    }
    if (cleanSession) {
      forget(clientId);
    }
    return Optional.ofNullable(sessions.get(clientId));
  }

  Session open(String clientId, boolean cleanSession) {
    Session session = new Session(clientId, !cleanSession, limits);
    sessions.put(clientId, session);
    return session;
  }

  void joined(Client client, String clientId) {
    clients.put(clientId, client);
  }

  void left(Session session) {
    clients.remove(session.clientId());
    session.detach();
    if (!session.isPersistent()) {
      forget(session.clientId());
    }
  }

  void publish(Message message) {
    if (message.retain() && !retained.keep(message)) {
      droppedElsewhere++;
    }
    subscriptions
        .match(message.topic())
        .forEach((session, qos) -> session.deliver(message.deliveredWith(qos, false)));
  }

  void subscribe(Session session, String filter, MqttQoS qos) {
    session.filters().add(filter);
    subscriptions.put(filter, session, qos);
  }

  void sendRetained(Session session, String filter, MqttQoS qos) {
    retained.matching(filter).forEach(message -> session.deliver(message.deliveredWith(qos, true)));
  }

  void unsubscribe(Session session, String filter) {
    session.filters().remove(filter);
    subscriptions.remove(filter, session);
  }

  private void forget(String clientId) {
    Session session = sessions.remove(clientId);
    if (session != null) {
      session.filters().forEach(filter -> subscriptions.remove(filter, session));
      droppedElsewhere += session.dropped();
    }
  }
}
