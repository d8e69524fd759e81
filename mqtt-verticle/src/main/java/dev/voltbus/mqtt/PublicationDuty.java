package dev.voltbus.mqtt;

import dev.voltbus.contract.Health;
import dev.voltbus.contract.Lease;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.ReceivedSnapshot;
import dev.voltbus.contract.ShardDuty;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.Wiring;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The work on one publication while its lease is held: snapshots in, messages out.
final class PublicationDuty implements ShardDuty {
  private static final Logger LOG = LoggerFactory.getLogger(PublicationDuty.class);

  private final Vertx vertx;
  private final Context context;
  private final Wiring wiring;
  private final String site;
  private final Publication publication;
  private final LayoutBook book;
  private final Tally tally;
  private final @Nullable CommandLine commands;
  private final boolean hasIntervalTopics;
  private @Nullable Work work;

  /// @param context the event loop all of it runs on
  PublicationDuty(
      Vertx vertx,
      Context context,
      Wiring wiring,
      String site,
      Publication publication,
      LayoutBook book) {
    this.vertx = vertx;
    this.context = context;
    this.wiring = wiring;
    this.site = site;
    this.publication = publication;
    this.book = book;
    this.tally = Tally.of(wiring.metrics(), publication, "values");
    this.commands = CommandLine.of(vertx, wiring, site, publication);
    this.hasIntervalTopics = PublicationRenderer.hasIntervalTopics(publication);
  }

  @Override
  public Future<Void> begin(Lease lease) {
    return onContext(() -> beginHere(lease));
  }

  @Override
  public Future<Void> end() {
    return onContext(this::endHere);
  }

  /// Leases may call from another thread.
  private Future<Void> onContext(Supplier<Future<Void>> part) {
    Promise<Void> promise = Promise.promise();
    context.runOnContext(
        done -> Future.<Void>succeededFuture().compose(v -> part.get()).onComplete(promise));
    return promise.future();
  }

  private Future<Void> beginHere(Lease lease) {
    if (work != null) {
      throw new IllegalStateException("publication " + publication.name() + " is held already");
    }
    Work fresh = new Work(lease);
    work = fresh;
    return fresh.begin();
  }

  private Future<Void> endHere() {
    @Nullable Work last = work;
    work = null;
    return last == null ? Future.succeededFuture() : last.end();
  }

  /// One holding of the lease.
  private final class Work implements BrokerPublisher.Presence {
    private final TimeSource time = wiring.time();
    private final Lease lease;
    private final BrokerPublisher publisher;
    private final PublicationRenderer renderer;
    private final DeviceFeed feed;
    private @Nullable IntervalGrid grid;
    private long timer = -1;

    private Work(Lease lease) {
      this.lease = lease;
      this.publisher = new BrokerPublisher(vertx, time, publication, lease::isValid, tally, this);
      this.renderer = new PublicationRenderer(publication, publisher, this::complain);
      this.feed =
          new DeviceFeed(wiring.bus(), site, publication.devices(), time, book, this::accept);
    }

    private Future<Void> begin() {
      health().down(part(), "not connected yet");
      publisher.connect().onFailure(failure -> LOG.debug("{}", failure.getMessage()));
      if (commands != null) {
        commands.begin(lease, publisher);
      }
      return feed.start().recover(this::undo);
    }

    /// A duty that fails to begin is not ended by the leases.
    private Future<Void> undo(Throwable failure) {
      return endHere().eventually(() -> Future.failedFuture(failure));
    }

    private Future<Void> end() {
      if (timer >= 0) {
        vertx.cancelTimer(timer);
      }
      Future<Void> noMoreSnapshots = feed.stop();
      Future<Void> noMoreCommands = commands == null ? Future.succeededFuture() : commands.end();
      return Future.join(noMoreSnapshots, noMoreCommands)
          .eventually(publisher::disconnect)
          .onComplete(done -> health().gone(part()))
          .otherwiseEmpty()
          .mapEmpty();
    }

    @Override
    public void online() {
      health().up(part());
      renderer.reportAllValues(time.monotonicNanos());
      renderer.sendIntervalTopics(time.monotonicNanos());
    }

    @Override
    public void offline(String reason) {
      health().down(part(), reason);
    }

    /// While offline nothing is tried: the newest value goes out after the reconnect.
    private void accept(ReceivedSnapshot received) {
      renderer.accept(received);
      if (publisher.isConnected()) {
        renderer.reportValues(received.snapshot().device(), time.monotonicNanos());
      }
      if (hasIntervalTopics && grid == null) {
        IntervalGrid started = IntervalGrid.from(time.monotonicNanos(), publication.interval());
        grid = started;
        cycle(started, false);
      }
    }

    private void cycle(IntervalGrid on, boolean isRepeated) {
      if (publisher.isConnected()) {
        if (isRepeated) {
          publisher.announce();
        }
        renderer.sendIntervalTopics(time.monotonicNanos());
      }
      timer = vertx.setTimer(on.millisToNext(time.monotonicNanos()), id -> cycle(on, true));
    }

    private void complain(String text) {
      LOG.warn(
          "mqtt broker={} publication={} {}",
          publication.broker().name(),
          publication.name(),
          text);
    }

    private Health health() {
      return wiring.health();
    }

    private String part() {
      return "publication " + publication.name();
    }
  }
}
