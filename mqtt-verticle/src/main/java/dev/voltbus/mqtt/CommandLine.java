package dev.voltbus.mqtt;

import dev.voltbus.contract.Health;
import dev.voltbus.contract.Lease;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.Wiring;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The second connection of a publication whose contract takes commands. At a broker that takes one
/// connection of a client only, it listens on the connection of the values instead.
final class CommandLine {
  private static final Logger LOG = LoggerFactory.getLogger(CommandLine.class);

  private final Vertx vertx;
  private final Wiring wiring;
  private final String site;
  private final Publication publication;
  private final String filter;
  private final Tally tally;
  private @Nullable Connection connection;
  private @Nullable HubListening shared;

  private CommandLine(
      Vertx vertx, Wiring wiring, String site, Publication publication, String filter) {
    this.vertx = vertx;
    this.wiring = wiring;
    this.site = site;
    this.publication = publication;
    this.filter = filter;
    this.tally = Tally.of(wiring.metrics(), wiring.time(), publication, "commands");
  }

  /// The command connection of a publication, or null if its contract takes no commands.
  static @Nullable CommandLine of(
      Vertx vertx, Wiring wiring, String site, Publication publication) {
    @Nullable String filter = filter(publication);
    return filter == null ? null : new CommandLine(vertx, wiring, site, publication, filter);
  }

  /// Whether a publication's contract takes commands.
  static boolean isIn(Publication publication) {
    return filter(publication) != null;
  }

  private static @Nullable String filter(Publication publication) {
    @Nullable String pattern = publication.contract().commandTopic();
    return pattern == null
        ? VenusWrites.filter(publication).orElse(null)
        : Topic.named(pattern, publication);
  }

  /// Where the results of a publication's commands stand, if it has any.
  static Optional<String> resultTopic(Publication publication) {
    return Optional.ofNullable(publication.contract().commandTopic())
        .map(pattern -> CommandIntake.resultTopic(Topic.named(pattern, publication)));
  }

  /// @param publisher carries the results
  void begin(Lease lease, BrokerPublisher publisher) {
    wiring.health().down(part(), "not connected yet");
    if (HubTopics.of(publication, publication.broker()) != null) {
      shared = new HubListening(new HubInbox(wiring.time(), intake(publisher)));
      return;
    }
    Connection fresh =
        new Connection(
            vertx,
            wiring.time(),
            ConnectionSettings.commands(publication, filter),
            lease::isValid,
            tally,
            new Listening(reader(publisher)));
    connection = fresh;
    fresh.start();
  }

  private Consumer<MqttPublishMessage> reader(BrokerPublisher publisher) {
    if (VenusPortal.isIn(publication)) {
      return new VenusWrites(publication, new VenusTally(wiring.metrics(), publication))::accept;
    }
    return intake(publisher)::accept;
  }

  private CommandIntake intake(BrokerPublisher publisher) {
    return new CommandIntake(
        vertx,
        wiring.bus(),
        wiring.time(),
        wiring.metrics(),
        site,
        publication,
        filter,
        (topic, payload) -> report(publisher, topic, payload));
  }

  /// Who must be told what happens to the connection of the values, if that is the commands' too.
  Optional<Connection.Listener> shared() {
    return Optional.ofNullable(shared);
  }

  /// Disconnects and connects at once, with what stands in the secret files then.
  Future<Void> reconnect(String reason) {
    @Nullable Connection current = connection;
    return current == null ? Future.succeededFuture() : current.reconnect(reason);
  }

  Future<Void> end() {
    @Nullable Connection last = connection;
    connection = null;
    shared = null;
    wiring.health().gone(part());
    return last == null ? Future.succeededFuture() : last.stop();
  }

  /// On the connection of the values, in order with what they say; on the one that the command came
  /// on while that is not there.
  private void report(BrokerPublisher publisher, Topic topic, Buffer payload) {
    @Nullable Connection own = connection;
    Future<Void> sent =
        own == null || publisher.isConnected()
            ? publisher.send(topic, payload)
            : own.send(topic, payload);
    sent.onFailure(failure ->
        LOG.warn(
            "mqtt broker={} publication={} a command's result is lost: {}",
            publication.broker().name(),
            publication.name(),
            failure.getMessage()));
  }

  private String part() {
    return "publication " + publication.name() + " commands";
  }

  private final class HubListening implements Connection.Listener {
    private final HubInbox inbox;

    private HubListening(HubInbox inbox) {
      this.inbox = inbox;
    }

    @Override
    public void online() {
      inbox.online();
      wiring.health().up(part());
    }

    @Override
    public void offline(String reason) {
      inbox.offline();
      wiring.health().down(part(), reason);
    }

    @Override
    public void message(MqttPublishMessage message) {
      inbox.accept(message);
    }
  }

  private final class Listening implements Connection.Listener {
    private final Health health = wiring.health();
    private final Consumer<MqttPublishMessage> reader;

    private Listening(Consumer<MqttPublishMessage> reader) {
      this.reader = reader;
    }

    @Override
    public void online() {
      health.up(part());
    }

    @Override
    public void offline(String reason) {
      health.down(part(), reason);
    }

    @Override
    public void message(MqttPublishMessage message) {
      reader.accept(message);
    }
  }
}
