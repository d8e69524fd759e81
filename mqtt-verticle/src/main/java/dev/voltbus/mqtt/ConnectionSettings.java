package dev.voltbus.mqtt;

import dev.voltbus.contract.BrokerKind;
import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.BrokerTls;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.TopicContract;
import dev.voltbus.contract.TopicContract.StatusTopic;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// All that one broker connection needs to know.
///
/// @param label start of its log lines: `mqtt broker=local publication=tinybms`
/// @param broker settings with this connection's client id
/// @param keepAlive whole seconds, zero for none
/// @param presence birth, will and farewell, or null for none
/// @param filters topic filters to subscribe with QoS 1
/// @param mustHear whether it is of no use where the broker refuses the filters
/// @param hub the only topics that the broker takes, or null where it takes any
record ConnectionSettings(
    String label,
    BrokerSettings broker,
    Duration keepAlive,
    @Nullable Presence presence,
    List<String> filters,
    boolean mustHear,
    @Nullable HubTopics hub) {

  /// What tells others whether the connection is alive.
  ///
  /// @param topic where the will and the farewell go
  /// @param birth the same topic as the birth is sent
  record Presence(Topic topic, Topic birth, Buffer online, Buffer offline) {}

  ConnectionSettings {
    filters = List.copyOf(filters);
  }

  /// The connection that carries a publication's values.
  static ConnectionSettings values(Publication publication, BrokerSettings broker) {
    TopicContract contract = publication.contract();
    @Nullable StatusTopic status = contract.status();
    @Nullable Presence presence =
        status == null
            ? null
            : new Presence(
                Topic.of(status, publication),
                Topic.of(status, publication).with(status.onlineQos(), status.onlineRetain()),
                Buffer.buffer(status.online()),
                Buffer.buffer(status.offline()));
    boolean isAsked = VenusPortal.isIn(publication);
    @Nullable HubTopics hub = HubTopics.of(publication, broker);
    return new ConnectionSettings(
        label(publication, broker),
        isAsked ? broker.withCleanSession(true) : broker, // so that no old request waits
        keepAlive(contract, broker),
        presence,
        hub == null ? filters(publication) : hubFilters(publication, hub),
        isAsked,
        hub);
  }

  private static List<String> filters(Publication publication) {
    return Stream.concat(
            DiscoveryAnnouncer.birthTopic(publication).stream(),
            VenusPortal.filters(publication).stream())
        .toList();
  }

  /// A hub takes one connection of a device, so commands arrive on it too.
  private static List<String> hubFilters(Publication publication, HubTopics hub) {
    return CommandLine.isIn(publication) ? List.of(hub.inbound()) : List.of();
  }

  /// The connection on which commands arrive: always a clean session, so that no command waits at
  /// the broker, and no will.
  static ConnectionSettings commands(Publication publication, String filter) {
    BrokerSettings broker = publication.broker().withCleanSession(true);
    return new ConnectionSettings(
        label(publication, publication.broker()) + " commands",
        broker.withClientId(broker.clientId() + "-cmd"),
        keepAlive(publication.contract(), broker),
        null,
        List.of(filter),
        true,
        null);
  }

  /// The connection that listens for values of devices without Modbus: always a clean session, so
  /// that nothing of unknown age waits at the broker, and no will.
  static ConnectionSettings push(BrokerSettings broker, List<String> filters) {
    return new ConnectionSettings(
        "mqtt broker=" + broker.name() + " push",
        broker.withCleanSession(true),
        broker.keepAlive(),
        null,
        filters,
        true,
        null);
  }

  /// A topic as it is sent.
  Topic sent(Topic topic) {
    return hub == null ? topic : hub.events(topic);
  }

  /// How long a login is good for, where its password is a token that ends by itself.
  Optional<Duration> loginLife() {
    return hasToken() ? Optional.of(SasToken.LIFE) : Optional.empty();
  }

  /// Whether the password is a key from which a token is made.
  boolean hasToken() {
    return isHub() && broker.password() != null && !hasCertificate();
  }

  boolean isHub() {
    return broker.kind() == BrokerKind.AZURE;
  }

  private boolean hasCertificate() {
    @Nullable BrokerTls tls = broker.tls();
    return tls != null && tls.clientCertificate() != null;
  }

  private static String label(Publication publication, BrokerSettings broker) {
    return "mqtt broker=" + broker.name() + " publication=" + publication.name();
  }

  private static Duration keepAlive(TopicContract contract, BrokerSettings broker) {
    @Nullable Duration own = contract.keepAlive();
    return own == null ? broker.keepAlive() : broker.kind().keepAlive(own);
  }
}
