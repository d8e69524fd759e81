package dev.voltbus.mqtt;

import dev.voltbus.contract.CommandRequest.Until;
import dev.voltbus.contract.CommandResult;
import dev.voltbus.contract.Control;
import dev.voltbus.contract.Health;
import dev.voltbus.contract.Lease;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.Wiring;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The second connection of a publication whose contract takes commands. At a broker that takes one
/// connection of a client only, it listens on the connection of the values instead.
final class CommandLine {
  private static final Logger LOG = LoggerFactory.getLogger(CommandLine.class);

  private final Vertx vertx;
  private final Wiring wiring;
  private final Site site;
  private final Publication publication;
  private final String filter;
  private final EventBook events;
  private final Tally tally;
  private @Nullable Connection connection;
  private @Nullable HubListening shared;
  private @Nullable CommandIntake intake;

  private CommandLine(
      Vertx vertx,
      Wiring wiring,
      Site site,
      Publication publication,
      String filter,
      EventBook events) {
    this.vertx = vertx;
    this.wiring = wiring;
    this.site = site;
    this.publication = publication;
    this.filter = filter;
    this.events = events;
    this.tally = Tally.of(wiring.metrics(), wiring.time(), publication, "commands");
  }

  /// The command connection of a publication, or null if its contract takes no commands.
  static @Nullable CommandLine of(
      Vertx vertx, Wiring wiring, Site site, Publication publication, EventBook events) {
    @Nullable String filter = filter(publication);
    return filter == null
        ? null
        : new CommandLine(vertx, wiring, site, publication, filter, events);
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

  /// Where the control of a publication's first device stands, if its contract has commands.
  static Optional<String> controlTopic(Publication publication) {
    return Optional.ofNullable(publication.contract().commandTopic())
        .map(pattern -> CommandIntake.controlTopic(Topic.named(pattern, publication)));
  }

  /// @param publisher carries the results
  /// @param until end of a command that has so many milliseconds left
  void begin(Lease lease, BrokerPublisher publisher, IntFunction<Until> until) {
    wiring.health().down(part(), "not connected yet");
    RetainedCopies copies =
        new RetainedCopies(vertx, wiring.time(), wiring.metrics(), events, publication, mayClear());
    CommandIntake fresh = intake(publisher, until, copies);
    intake = fresh;
    if (HubTopics.of(publication, publication.broker()) == null) {
      connect(lease, VenusPortal.isIn(publication) ? venus() : fresh::accept, copies);
    } else {
      shared = new HubListening(new HubInbox(wiring.time(), fresh));
    }
  }

  private boolean mayClear() {
    @Nullable Control control = site.control();
    return control != null && control.clearRetained();
  }

  private void connect(Lease lease, Reader reader, RetainedCopies copies) {
    Connection fresh =
        new Connection(
            vertx,
            wiring.time(),
            ConnectionSettings.commands(publication, filter),
            lease::isValid,
            tally,
            new Listening(reader, copies));
    connection = fresh;
    copies.begin(fresh);
    fresh.start();
  }

  private Reader venus() {
    VenusWrites writes =
        new VenusWrites(publication, new VenusTally(wiring.metrics(), publication));
    return (message, isHeard) -> writes.accept(message);
  }

  private CommandIntake intake(
      BrokerPublisher publisher, IntFunction<Until> until, RetainedCopies copies) {
    return new CommandIntake(
        vertx,
        wiring,
        site.name(),
        publication,
        filter,
        until,
        copies,
        (topic, payload) -> report(publisher, topic, payload));
  }

  /// What became of a command after its first answer.
  void later(CommandResult result) {
    if (intake != null) {
      intake.later(result);
    }
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
    intake = null;
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

  /// Who reads what arrives.
  private interface Reader {
    /// @param isHeard whether the broker has confirmed on this connection that commands are heard
    void accept(MqttPublishMessage message, boolean isHeard);
  }

  private final class Listening implements Connection.Listener {
    private final Health health = wiring.health();
    private final Reader reader;
    private final RetainedCopies copies;
    private boolean isHeard;

    private Listening(Reader reader, RetainedCopies copies) {
      this.reader = reader;
      this.copies = copies;
    }

    @Override
    public void online() {
      isHeard = true;
      health.up(part());
    }

    @Override
    public void offline(String reason) {
      isHeard = false;
      copies.offline();
      health.down(part(), reason);
    }

    @Override
    public void message(MqttPublishMessage message) {
      reader.accept(message, isHeard);
    }
  }
}
