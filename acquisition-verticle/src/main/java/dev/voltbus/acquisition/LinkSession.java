package dev.voltbus.acquisition;

import dev.voltbus.contract.Address;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.DevicePoll;
import dev.voltbus.contract.Lease;
import dev.voltbus.contract.Ledger;
import dev.voltbus.contract.Link;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.RequestAddress;
import dev.voltbus.contract.Wiring;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One turn of a link, from winning its lease to losing it: the shell around [LinkSchedule], which
/// decides, [Line], which asks, and [LinkWrites], which comes first.
///
/// One request of a poll is out at a time, so a write is next on the wire after at most the one
/// read in flight. When [#end] has completed a session publishes nothing and touches nothing that
/// the next turn uses.
final class LinkSession implements Line.Listener, LinkWrites.Polls {
  private static final Logger LOG = LoggerFactory.getLogger(LinkSession.class);
  private static final Duration ANNOUNCED_EVERY = Duration.ofSeconds(10);

  /// The first word may take long to a cluster that is just being joined, and the clock in it is as
  /// old then.
  private static final Duration ANNOUNCED_AGAIN = Duration.ofSeconds(1);

  private static final Duration AFTER_FAULT = Duration.ofSeconds(1);

  /// A poll under way is finished, but nobody waits for a slow one.
  private static final Duration FINISHED_WITHIN = Duration.ofSeconds(1);

  private final String site;
  private final Link link;
  private final Lease lease;
  private final Wiring wiring;
  private final Ledger<DevicePoll> ledger;
  private final Agenda agenda;
  private final LinkWatch watch;
  private final Map<String, DeviceWatch> devices = new HashMap<>();
  private final long epoch;
  private final Line line;
  private final ModelPlaces models;
  private final PlanNews plans;
  private final LinkSchedule schedule;
  private final LinkWrites writes;
  private final Duration lookAfterEvery;
  private final Object wake = new Object();
  private final Promise<Void> finished = Promise.promise();
  private boolean asking;
  private boolean ending;
  private boolean ended;

  LinkSession(
      Vertx vertx,
      Clients clients,
      String site,
      Link link,
      Lease lease,
      Wiring wiring,
      Ledger<DevicePoll> ledger,
      Agenda agenda,
      LinkWatch watch,
      WriteWatch writeWatch,
      List<DeviceWatch> devices) {
    this.site = site;
    this.link = link;
    this.lease = lease;
    this.wiring = wiring;
    this.ledger = ledger;
    this.agenda = agenda;
    this.watch = watch;
    this.epoch = wiring.time().wallMillis();
    devices.forEach(device -> this.devices.put(device.device().name(), device));
    this.line = new Line(vertx, clients, link, watch, wiring.time(), this);
    this.lookAfterEvery = clients.grace().dividedBy(2);
    this.models = new ModelPlaces(line::read, line::connection, wiring.time());
    this.plans = new PlanNews(site, wiring, lease, epoch, agenda);
    this.schedule = schedule(devices.stream().map(DeviceWatch::device).toList());
    this.writes =
        new LinkWrites(vertx, site, link, lease, wiring, agenda, line, models, writeWatch, this);
    devices.forEach(device -> writes.add(device.device()));
  }

  private LinkSchedule schedule(List<Device> all) {
    List<Unit> units = new ArrayList<>();
    List<GroupPolls> polls = new ArrayList<>();
    for (Device device : all) {
      Unit unit =
          new Unit(
              device,
              device.options().timeoutOr(link.requestTimeout()),
              Periods.ofNeighbours(device, all),
              line.lateness(),
              wiring.time().monotonicNanos());
      units.add(unit);
      line.pace(device);
      List<GroupPolls> own = polls(unit);
      polls.addAll(own);
      plans.follow(unit, own);
    }
    return new LinkSchedule(
        units,
        polls,
        (unit, count) -> watchOf(unit.device()).missed(count),
        RandomGenerator.getDefault());
  }

  private static List<GroupPolls> polls(Unit unit) {
    List<GroupPolls> polls = new ArrayList<>();
    for (PollGroup group : unit.device().map().groups()) {
      polls.add(new GroupPolls(group, unit));
    }
    polls.removeIf(GroupPolls::isEmpty);
    return polls;
  }

  private DeviceWatch watchOf(Device device) {
    return Objects.requireNonNull(devices.get(device.name()), device.name());
  }

  /// Completes when write requests are taken.
  ///
  /// @param offset time to the first polls
  Future<Void> begin(Duration offset) {
    if (lease.isTakenOver()) {
      line.hurry();
    }
    watch.begin(lease.token());
    devices.values().forEach(DeviceWatch::begin);
    schedule.beginAt(wiring.time().monotonicNanos() + offset.toNanos());
    announceAt(wiring.time().monotonicNanos() + ANNOUNCED_AGAIN.toNanos());
    lookAfterFrom(wiring.time().monotonicNanos());
    plans.announce();
    List<Future<Void>> begun = new ArrayList<>();
    devices
        .keySet()
        .forEach(device -> begun.add(ledger.open(device, RequestAddress.keptPolls(site, device))));
    goOn();
    begun.add(writes.begin());
    return Future.all(begun).mapEmpty();
  }

  private void announceAt(long nanos) {
    agenda.at(
        nanos,
        this,
        () -> {
          watch.announce();
          plans.announce();
          announceAt(nanos + ANNOUNCED_EVERY.toNanos());
        });
  }

  /// What waits for an outcome that never comes must not hold up the polls for ever.
  private void lookAfterFrom(long nanos) {
    long next = nanos + lookAfterEvery.toNanos();
    agenda.at(
        next,
        this,
        () -> {
          lookAfterFrom(next);
          line.lookAfter();
          writes.lookAfter();
          watch.counted(line.client().counters());
        });
  }

  /// Completes when the socket is closed; a request that is out may take its time limit. What the
  /// device has answered nobody else will hear of, so a poll under way is finished first, while the
  /// lease lasts.
  Future<Void> end() {
    ending = true;
    schedule.end();
    Future<Void> unregistered = writes.end();
    if (lease.isValid()) {
      agenda.at(
          wiring.time().monotonicNanos() + FINISHED_WITHIN.toNanos(), this, finished::tryComplete);
      goOn();
    } else {
      finished.tryComplete();
    }
    return Future.join(unregistered, finished.future()).<Void>mapEmpty().eventually(this::close);
  }

  private Future<Void> close() {
    ended = true;
    agenda.drop(this);
    agenda.drop(wake);
    plans.end();
    watch.counted(line.client().counters());
    watch.end();
    devices.values().forEach(DeviceWatch::end);
    List<Future<Void>> forgotten = devices.keySet().stream().map(ledger::close).toList();
    return Future.join(forgotten).<Void>mapEmpty().eventually(line::close);
  }

  /// Does what is to be done now. Whatever goes wrong here, the polls go on.
  @Override
  public void goOn() {
    try {
      step();
    } catch (RuntimeException e) {
      pauseAfter(e);
    }
  }

  private void pauseAfter(RuntimeException fault) {
    LOG.error("link={} fault of the scheduler; going on in {}", link.name(), AFTER_FAULT, fault);
    wakeAt(wiring.time().monotonicNanos() + AFTER_FAULT.toNanos());
  }

  private void step() {
    while (!asking && !ended && !writes.isBusy()) {
      switch (schedule.next(wiring.time().monotonicNanos())) {
        case LinkSchedule.Next.Ask ask -> ask(ask);
        case LinkSchedule.Next.Fail fail -> publish(fail.poll(), schedule.fail(fail));
        case LinkSchedule.Next.Idle(long until) -> {
          if (isFinished()) {
            finished.tryComplete();
          } else {
            wakeAt(until);
          }
          return;
        }
      }
    }
  }

  private boolean isFinished() {
    return ending && !schedule.isBusy();
  }

  private void wakeAt(long nanos) {
    agenda.drop(wake);
    agenda.at(nanos, wake, this::goOn);
  }

  private void ask(LinkSchedule.Next.Ask ask) {
    asking = true;
    long started = wiring.time().monotonicNanos();
    boolean connected = line.isOpen();
    PollRun run = Objects.requireNonNull(ask.poll().run());
    Future.succeededFuture(ask)
        .compose(this::read)
        .otherwise(Outcome::of)
        .onComplete(outcome -> {
          Timing timing = new Timing(started, wiring.time().monotonicNanos(), connected);
          took(ask, run, outcome.result(), timing);
        });
  }

  private Future<Outcome> read(LinkSchedule.Next.Ask ask) {
    return lease.isValid()
        ? models.read(ask.poll().device(), ask.request(), ask.timeout())
        : Future.succeededFuture(new Outcome.Unconnected("lease is over"));
  }

  private void took(LinkSchedule.Next.Ask ask, PollRun run, Outcome outcome, Timing timing) {
    asking = false;
    if (ended) {
      return;
    }
    try {
      Unit unit = ask.poll().unit();
      boolean suspected = unit.standing().isSuspect();
      boolean over = schedule.took(ask, outcome, timing);
      watchOf(unit.device()).unit().took(unit, outcome, timing.nanos(), suspected);
      if (over) {
        publish(ask.poll(), run);
        closeAfterCycle(ask.poll());
      }
    } catch (RuntimeException e) {
      pauseAfter(e);
      return;
    }
    goOn();
  }

  private void closeAfterCycle(GroupPolls poll) {
    if (poll.device().options().closeAfterCycle() && !schedule.isBusy() && !writes.isBusy()) {
      line.hangUp();
    }
  }

  private void publish(GroupPolls poll, PollRun run) {
    if (ended || !lease.isValid()) {
      return;
    }
    DeviceWatch device = watchOf(poll.device());
    device.polled(run.answers().blocks(), poll.unit().standing());
    Answers.Stamp stamp = new Answers.Stamp(lease.token(), epoch, device.nextSequence());
    DevicePoll sent =
        run.answers()
            .poll(
                poll.device(),
                poll.group(),
                stamp,
                block -> admit(poll.device(), block),
                wiring.time().monotonicNanos());
    ledger.keep(sent.device(), sent, sent.bytes(), 0);
    wiring.bus().publish(Address.polls(site), sent);
    plans.look(poll.unit());
  }

  /// Words asked for before a write to the same registers are older than what was read back.
  private TimedBlock admit(Device device, TimedBlock block) {
    return new TimedBlock(
        writes.admit(device, block.block(), block.startedNanos()), block.startedNanos());
  }

  @Override
  public boolean isSilent(Device device) {
    return schedule.isSilent(device);
  }

  @Override
  public void written(WriteTarget target) {
    if (!ended) {
      schedule.readSoon(
          target.device(), target.codec().spec().group(), wiring.time().monotonicNanos());
      goOn();
    }
  }

  @Override
  public void connected() {
    schedule.up(wiring.time().monotonicNanos());
    goOn();
  }

  @Override
  public void unreachable(String reason, long retryAtNanos) {
    schedule.down(reason, retryAtNanos);
    goOn();
  }
}
