package dev.voltbus.acquisition;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.DevicePoll;
import dev.voltbus.contract.Lease;
import dev.voltbus.contract.Ledger;
import dev.voltbus.contract.Link;
import dev.voltbus.contract.ShardDuty;
import dev.voltbus.contract.Wiring;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One link of the site: a session for each time this process holds its lease. Whoever grants the
/// lease may call from any thread; all work is done on the context of the verticle.
final class LinkDuty implements ShardDuty {
  private final Vertx vertx;
  private final Clients clients;
  private final Context home;
  private final String site;
  private final Link link;
  private final Wiring wiring;
  private final Ledger<DevicePoll> ledger;
  private final Agenda agenda;
  private final Duration offset;
  private final long createdNanos;
  private final LinkWatch watch;
  private final WriteWatch writes;
  private final List<DeviceWatch> devices;
  private @Nullable LinkSession session;

  /// @param offset time from now to the first poll; with a lease that is won later the first poll
  ///   comes after a tenth of it, as nobody polls meanwhile
  LinkDuty(
      Vertx vertx,
      Clients clients,
      String site,
      Link link,
      List<Device> devices,
      Wiring wiring,
      Ledger<DevicePoll> ledger,
      Agenda agenda,
      Duration offset) {
    this.vertx = vertx;
    this.clients = clients;
    this.home = vertx.getOrCreateContext();
    this.site = site;
    this.link = link;
    this.wiring = wiring;
    this.ledger = ledger;
    this.agenda = agenda;
    this.offset = offset;
    this.createdNanos = wiring.time().monotonicNanos();
    this.watch = new LinkWatch(site, link, wiring);
    this.writes = new WriteWatch(site, link.name(), wiring.metrics());
    this.devices = devices.stream().map(device -> new DeviceWatch(site, device, wiring)).toList();
  }

  @Override
  public Future<Void> begin(Lease won) {
    return atHome(() -> open(won));
  }

  /// A session that cannot take writes does not poll either: the lease goes to somebody else.
  private Future<Void> open(Lease won) {
    LinkSession opened =
        new LinkSession(
            vertx, clients, site, link, won, wiring, ledger, agenda, watch, writes, devices);
    session = opened;
    return opened
        .begin(untilFirstPoll())
        .recover(failure -> close().transform(closed -> Future.failedFuture(failure)));
  }

  private Duration untilFirstPoll() {
    Duration left = offset.minusNanos(wiring.time().monotonicNanos() - createdNanos);
    Duration least = offset.dividedBy(10);
    return left.compareTo(least) > 0 ? left : least;
  }

  @Override
  public Future<Void> end() {
    return atHome(this::close);
  }

  private Future<Void> close() {
    @Nullable LinkSession open = session;
    session = null;
    return open == null ? Future.succeededFuture() : open.end();
  }

  private Future<Void> atHome(Supplier<Future<Void>> step) {
    if (home.equals(Vertx.currentContext())) {
      return step.get();
    }
    Promise<Void> done = Promise.promise();
    home.runOnContext(
        now -> Future.succeededFuture().compose(start -> step.get()).onComplete(done));
    return done.future();
  }
}
