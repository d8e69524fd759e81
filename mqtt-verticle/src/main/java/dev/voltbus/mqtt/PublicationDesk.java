package dev.voltbus.mqtt;

import dev.voltbus.contract.Bus;
import dev.voltbus.contract.Lease;
import dev.voltbus.contract.PublicationReply;
import dev.voltbus.contract.PublicationReply.Outcome;
import dev.voltbus.contract.PublicationRequest;
import dev.voltbus.contract.PublicationRequest.Action;
import dev.voltbus.contract.RequestAddress;
import dev.voltbus.contract.TrialStep;
import dev.voltbus.contract.Wiring;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes requests to a publication while its lease is held: judges whether they may still act, and
/// answers one that is repeated as it did at first. To be used on one event loop.
final class PublicationDesk {
  private static final Logger LOG = LoggerFactory.getLogger(PublicationDesk.class);

  /// Answers kept for a repetition.
  private static final int MOST_ANSWERS = 64;

  private final Wiring wiring;
  private final String site;
  private final String name;
  private final Lease lease;
  private final Errands errands;
  private final Map<String, Future<PublicationReply>> answers = new LinkedHashMap<>();
  private Bus.@Nullable Subscription subscription;

  /// What can be asked for. A failed future is an answer too: what was tried did not come about.
  interface Errands {
    Answer discover();

    Future<Answer> test();

    /// Completes when it is connected again.
    ///
    /// @param reason for log and health
    Future<Answer> reconnect(String reason);
  }

  /// What became of an errand.
  ///
  /// @param reason why it was refused or failed; empty otherwise
  /// @param entities entities that Home Assistant is told of
  /// @param steps steps of a trial
  record Answer(Outcome outcome, String reason, int entities, List<TrialStep> steps) {
    static final Answer DONE = new Answer(Outcome.ACCEPTED, "", 0, List.of());

    Answer {
      steps = List.copyOf(steps);
    }

    static Answer refused(String reason) {
      return new Answer(Outcome.REFUSED, reason, 0, List.of());
    }

    static Answer failed(Throwable failure) {
      return new Answer(Outcome.FAILED, Session.reason(failure), 0, List.of());
    }
  }

  /// @param name name of the publication, or of the line over which devices are pushed
  PublicationDesk(Wiring wiring, String site, String name, Lease lease, Errands errands) {
    this.wiring = wiring;
    this.site = site;
    this.name = name;
    this.lease = lease;
    this.errands = errands;
  }

  /// Completes when every node can ask.
  Future<Void> open() {
    Bus.Subscription opened =
        wiring.bus().serve(RequestAddress.publication(site, name), this::answer);
    subscription = opened;
    return opened.ready();
  }

  Future<Void> close() {
    Bus.@Nullable Subscription last = subscription;
    subscription = null;
    return last == null ? Future.succeededFuture() : last.cancel();
  }

  private Future<PublicationReply> answer(PublicationRequest request) {
    if (request.action() == Action.CLOCK) {
      return Future.succeededFuture(reply(request, Answer.DONE));
    }
    @Nullable Future<PublicationReply> before = answers.get(request.id());
    if (before != null) {
      return before;
    }
    Future<PublicationReply> fresh =
        Future.succeededFuture(request)
            .compose(this::judge)
            .otherwise(Answer::failed)
            .map(answer -> reply(request, answer));
    answers.put(request.id(), fresh);
    if (answers.size() > MOST_ANSWERS) {
      answers.remove(answers.keySet().iterator().next());
    }
    return fresh;
  }

  private Future<Answer> judge(PublicationRequest request) {
    Optional<String> objection = objection(request);
    String action = request.action().name().toLowerCase(Locale.ROOT);
    if (objection.isPresent()) {
      LOG.info(
          "mqtt publication={} {} of {} refused: {}",
          name,
          action,
          request.source(),
          objection.get());
      return Future.succeededFuture(Answer.refused(objection.get()));
    }
    LOG.info("mqtt publication={} {} asked by {}", name, action, request.source());
    return switch (request.action()) {
      case UNKNOWN, CLOCK ->
          Future.succeededFuture(Answer.refused("this version has no such action"));
      case DISCOVER -> Future.succeededFuture(errands.discover());
      case TEST -> errands.test();
      case RECONNECT -> errands.reconnect("asked by " + request.source());
    };
  }

  private Optional<String> objection(PublicationRequest request) {
    if (request.token() != lease.token()) {
      return Optional.of("its deadline is by the clock of another owner");
    }
    long late = clockMillis() - request.deadlineMillis();
    if (late >= 0) {
      return Optional.of("its deadline passed " + late + " ms ago");
    }
    return lease.isValid() ? Optional.empty() : Optional.of("the lease is not valid now");
  }

  private long clockMillis() {
    return TimeUnit.NANOSECONDS.toMillis(wiring.time().monotonicNanos());
  }

  private PublicationReply reply(PublicationRequest request, Answer answer) {
    return new PublicationReply(
        request.id(),
        answer.outcome(),
        answer.reason(),
        answer.entities(),
        answer.steps(),
        lease.token(),
        clockMillis());
  }
}
