package dev.voltbus.deploy;

import dev.voltbus.contract.PublicationReply;
import dev.voltbus.contract.PublicationReply.Outcome;
import dev.voltbus.contract.PublicationRequest;
import dev.voltbus.contract.RequestAddress;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.Wiring;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks publications of a site for something over the bus, whichever node has them.
final class PublicationCalls {
  private static final Logger LOG = LoggerFactory.getLogger(PublicationCalls.class);

  /// A publication on its way to another node has a new owner by then.
  private static final Duration TO_BEGIN = Duration.ofSeconds(5);

  private static final Duration CLOCK_LIMIT = Duration.ofSeconds(1);
  private static final Duration PAUSE = Duration.ofMillis(250);

  private final Vertx vertx;
  private final Wiring wiring;
  private final Site site;

  /// What a publication said.
  record Called(String publication, PublicationReply reply) {
    boolean isFine() {
      return reply.outcome() == Outcome.ACCEPTED;
    }
  }

  /// @param wiring its bus reaches the owners
  PublicationCalls(Vertx vertx, Wiring wiring, Site site) {
    this.vertx = vertx;
    this.wiring = wiring;
    this.site = site;
  }

  /// Asks all at once.
  ///
  /// @param source who wants it, for the log
  /// @return one answer for each, in their order; does not fail
  Future<List<Called>> call(ControlAction action, List<String> publications, String source) {
    LOG.info("{} asked by {}", action.words(), source);
    List<Future<Called>> calls =
        publications.stream().map(each -> new Call(action, each, source).make()).toList();
    return Future.join(calls).map(done -> calls.stream().map(Future::result).toList());
  }

  /// One request to one publication.
  private final class Call {
    private final ControlAction action;
    private final String publication;
    private final String source;
    private final RequestAddress<PublicationRequest, PublicationReply> address;
    private final String id = UUID.randomUUID().toString();
    private final long begin = wiring.time().monotonicNanos();

    private Call(ControlAction action, String publication, String source) {
      this.action = action;
      this.publication = publication;
      this.source = source;
      this.address = RequestAddress.publication(site.name(), publication);
    }

    private Future<Called> make() {
      return ask()
          .otherwise(this::failed)
          .map(reply -> new Called(publication, reply))
          .onSuccess(this::tell);
    }

    /// The owner's clock first: the deadline is by that one.
    private Future<PublicationReply> ask() {
      return wiring
          .bus()
          .request(address, PublicationRequest.clock(id, source), CLOCK_LIMIT)
          .compose(this::order)
          .recover(this::askAgain);
    }

    private Future<PublicationReply> order(PublicationReply clock) {
      PublicationRequest request =
          PublicationRequest.to(clock, 0, id, action.action(), (int) leftMillis(), source);
      return wiring.bus().request(address, request, action.limit());
    }

    /// The same id again, so that it has one effect.
    private Future<PublicationReply> askAgain(Throwable failure) {
      return leftMillis() > PAUSE.toMillis()
          ? vertx.timer(PAUSE.toMillis(), TimeUnit.MILLISECONDS).compose(over -> ask())
          : Future.failedFuture(failure);
    }

    private long leftMillis() {
      long passed = TimeUnit.NANOSECONDS.toMillis(wiring.time().monotonicNanos() - begin);
      return TO_BEGIN.toMillis() - passed;
    }

    private PublicationReply failed(Throwable failure) {
      return new PublicationReply(id, Outcome.FAILED, reason(failure), 0, List.of(), 0, 0);
    }

    private String reason(Throwable failure) {
      if (!(failure instanceof ReplyException reply)) {
        return String.valueOf(failure.getMessage());
      }
      return reply.failureType() == ReplyFailure.NO_HANDLERS
          ? "nobody has it: does a node with role mqtt run?"
          : "no answer: " + reply.getMessage();
    }

    private void tell(Called called) {
      PublicationReply reply = called.reply();
      if (called.isFine()) {
        LOG.info("{} publication={} done", action.words(), publication);
      } else {
        LOG.warn("{} publication={} not done: {}", action.words(), publication, reply.reason());
      }
    }
  }
}
