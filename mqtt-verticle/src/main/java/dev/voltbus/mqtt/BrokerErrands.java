package dev.voltbus.mqtt;

import dev.voltbus.contract.Publication;
import dev.voltbus.contract.PublicationReply.Outcome;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.TrialStep;
import dev.voltbus.mqtt.PublicationDesk.Answer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a publication does at its broker when it is asked to.
final class BrokerErrands implements PublicationDesk.Errands {
  private final Vertx vertx;
  private final TimeSource time;
  private final Publication publication;
  private final BrokerPublisher publisher;
  private final @Nullable CommandLine commands;
  private final @Nullable DiscoveryAnnouncer discovery;
  private boolean isTesting;

  /// @param commands the publication's second connection, or null if it has none
  /// @param discovery what tells Home Assistant of entities, or null if nothing does
  BrokerErrands(
      Vertx vertx,
      TimeSource time,
      Publication publication,
      BrokerPublisher publisher,
      @Nullable CommandLine commands,
      @Nullable DiscoveryAnnouncer discovery) {
    this.vertx = vertx;
    this.time = time;
    this.publication = publication;
    this.publisher = publisher;
    this.commands = commands;
    this.discovery = discovery;
  }

  @Override
  public Answer discover() {
    if (discovery == null) {
      return Answer.refused(
          DiscoveryAnnouncer.isSkipped(publication)
              ? publication.broker().kind().label() + " keeps no retained messages"
              : "discovery is off; options: { discovery: true } switches it on");
    }
    if (!discovery.isOnline()) {
      return Answer.refused("not connected now; all entities are sent at the next connect");
    }
    return new Answer(Outcome.ACCEPTED, "", discovery.discover(), List.of());
  }

  /// Beside the connection there is; but two trials with one client id would end each other.
  @Override
  public Future<Answer> test() {
    if (isTesting) {
      return Future.succeededFuture(Answer.refused("another test is underway"));
    }
    isTesting = true;
    return BrokerTrial.run(vertx, time, publication)
        .onComplete(done -> isTesting = false)
        .map(BrokerErrands::tested);
  }

  private static Answer tested(List<TrialStep> steps) {
    return steps.stream()
        .filter(step -> step.outcome() == TrialStep.Outcome.FAILED)
        .findFirst()
        .map(step -> new Answer(Outcome.FAILED, step.name() + ": " + step.text(), 0, steps))
        .orElseGet(() -> new Answer(Outcome.ACCEPTED, "", 0, steps));
  }

  /// Both connections, whatever becomes of one.
  @Override
  public Future<Answer> reconnect(String reason) {
    Future<Void> values = publisher.reconnect(reason);
    Future<Void> second =
        commands == null
            ? Future.succeededFuture()
            : commands
                .reconnect(reason)
                .recover(failure ->
                    Future.failedFuture(new MqttFailure("commands: " + failure.getMessage())));
    return Future.join(values, second).map(done -> Answer.DONE);
  }
}
