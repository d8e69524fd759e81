package dev.voltbus.mqtt;

import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.RegisterValue;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.TopicContract.PerValue;
import dev.voltbus.contract.TopicContract.Reporting;
import dev.voltbus.contract.TopicContract.Sending;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.util.IdentityHashMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// The publisher of one publication: its broker connection, and single values on request.
final class BrokerPublisher implements Publisher, Outlet {
  private final Vertx vertx;
  private final TimeSource time;
  private final Publication publication;
  private final BooleanSupplier mayWrite;
  private final Tally tally;
  private final Presence presence;
  private final JsonText out = new JsonText();
  private final IdentityHashMap<RegisterSpec, ValueTopic> topics = new IdentityHashMap<>();
  private BrokerSettings settings;
  private Promise<Void> accepted = Promise.promise();
  private @Nullable Connection connection;

  /// Who is told that the connection came and went.
  interface Presence {
    void online();

    void offline(String reason);

    /// What arrived on a topic that the contract listens to.
    void message(MqttPublishMessage message);
  }

  /// @param mayWrite whether this process still holds the publication's lease
  BrokerPublisher(
      Vertx vertx,
      TimeSource time,
      Publication publication,
      BooleanSupplier mayWrite,
      Tally tally,
      Presence presence) {
    this.vertx = vertx;
    this.time = time;
    this.publication = publication;
    this.mayWrite = mayWrite;
    this.tally = tally;
    this.presence = presence;
    this.settings = publication.broker();
  }

  @Override
  public void configure(BrokerSettings newSettings) {
    if (connection != null) {
      throw new IllegalStateException(
          "publication " + publication.name() + ": disconnect before configuring it anew");
    }
    settings = newSettings;
    topics.clear();
  }

  @Override
  public Future<Void> connect() {
    if (connection == null) {
      accepted = Promise.promise();
      Connection fresh =
          new Connection(
              vertx,
              time,
              ConnectionSettings.values(publication, settings),
              mayWrite,
              tally,
              new Listening());
      connection = fresh;
      fresh.start();
    }
    return accepted.future();
  }

  @Override
  public Future<Void> disconnect() {
    @Nullable Connection last = connection;
    connection = null;
    accepted.tryFail(new MqttFailure("publication " + publication.name() + " disconnected"));
    return last == null ? Future.succeededFuture() : last.stop();
  }

  /// Disconnects in order and connects at once, with what stands in the secret files then.
  ///
  /// @return completes with the new connection, fails with what the broker has against it
  Future<Void> reconnect(String reason) {
    @Nullable Connection current = connection;
    return current == null
        ? Future.failedFuture(
            new MqttFailure("publication " + publication.name() + " is disconnected"))
        : current.reconnect(reason);
  }

  @Override
  public boolean isConnected() {
    @Nullable Connection current = connection;
    return current != null && current.isOnline();
  }

  @Override
  public Future<Void> publishRegister(
      RegisterValue value, @Nullable Integer qosOverride, @Nullable Boolean retainOverride) {
    ValueTopic topic = topics.computeIfAbsent(value.spec(), this::compile);
    @Nullable Double number = value.value();
    if (number == null) {
      topic.text(out, value.readAt(), value.text());
    } else {
      topic.number(out, value.readAt(), number, value.raw(), value.exponent(), value.text());
    }
    return send(topic.topic().with(qosOverride, retainOverride), out.toBuffer());
  }

  private ValueTopic compile(RegisterSpec spec) {
    PerValue rule =
        publication.contract().topics().stream()
            .filter(PerValue.class::isInstance)
            .map(PerValue.class::cast)
            .findFirst()
            .orElse(new PerValue("{prefix}/{suffix}", Sending.DEFAULT, Reporting.ON_CHANGE));
    String name = Topic.named(rule.topic(), publication, spec.topicSuffix());
    return new ValueTopic(
        Topic.of(name, rule.sending(), publication.overrides().of(spec.key()), settings), spec);
  }

  /// Sends a message; completes when it is written (QoS 0) or acknowledged.
  Future<Void> send(Topic topic, Buffer payload) {
    @Nullable Connection current = connection;
    if (current == null) {
      tally.failed();
      return Future.failedFuture(
          new MqttFailure(topic.name() + " not sent: publisher is not connected"));
    }
    return current.send(topic, payload);
  }

  @Override
  public boolean offer(Topic topic, Buffer payload) {
    @Nullable Connection current = connection;
    return current != null && current.offer(topic, payload);
  }

  /// Says `online` again, where the contract has a status topic.
  void announce() {
    @Nullable Connection current = connection;
    if (current != null && current.isOnline()) {
      current.announce();
    }
  }

  private final class Listening implements Connection.Listener {
    @Override
    public void online() {
      accepted.tryComplete();
      presence.online();
    }

    @Override
    public void offline(String reason) {
      presence.offline(reason);
    }

    @Override
    public void message(MqttPublishMessage message) {
      presence.message(message);
    }
  }
}
