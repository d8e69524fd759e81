package dev.voltbus.command;

import dev.voltbus.command.Judge.Admitted;
import dev.voltbus.command.Refusal.Code;
import dev.voltbus.contract.Address;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.CommandRequest;
import dev.voltbus.contract.CommandResult;
import dev.voltbus.contract.Control;
import dev.voltbus.contract.Control.BatteryTarget;
import dev.voltbus.contract.ControlState;
import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.Lease;
import dev.voltbus.contract.LinkStatus;
import dev.voltbus.contract.RequestAddress;
import dev.voltbus.contract.Secret;
import dev.voltbus.contract.ShardDuty;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.Wiring;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// The control of one site in one holding of its lease: judges commands, one after the other, and
/// lets each battery's desk carry them out. To be used on one event loop.
final class SiteControl implements BatteryDesk.Site {
  private static final Logger LOG = LoggerFactory.getLogger(SiteControl.class);
  private static final Duration ANNOUNCED_EVERY = Duration.ofSeconds(2);
  private static final Duration LOOKED_EVERY = Duration.ofMillis(100);
  private static final Duration OWED_EVERY = Duration.ofSeconds(2);
  private static final Duration KEYS_EVERY = Duration.ofSeconds(10);
  private static final String STATE_PART = "control state";
  private static final int MOST_REMEMBERED = 1_000;
  private static final double REFUSALS_PER_SECOND = 2;
  private static final int REFUSALS_AT_ONCE = 200;

  private final Vertx vertx;
  private final Site site;
  private final Wiring wiring;
  private final Lease lease;
  private final Judge judge;
  private final ControlStore store;
  private final AuditTrail audit;
  private final LinkBook links;
  private final Readings readings;
  private final Rediscovery rediscovery;
  private final RateLimit toldRefusals = new RateLimit(REFUSALS_PER_SECOND, REFUSALS_AT_ONCE);
  private final Map<String, BatteryDesk> desks = new LinkedHashMap<>();
  private final List<Bus.Subscription> subscriptions = new ArrayList<>();
  private final List<Long> timers = new ArrayList<>();
  private final ControlMetrics metrics;
  private final Map<String, Future<CommandResult>> remembered =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Future<CommandResult>> eldest) {
          return size() > MOST_REMEMBERED;
        }
      };

  /// Commands are carried out one after the other; while one waits for the disk nothing else
  /// changes the state.
  private Future<?> line = Future.succeededFuture();

  private int inLine;
  private long revision;
  private long savedRevision;
  private List<ControlState.Battery> announced = List.of();
  private boolean isOwed;
  private boolean isEnded;

  SiteControl(
      Vertx vertx,
      Site site,
      Wiring wiring,
      ControlStore store,
      ControlMetrics metrics,
      Lease lease) {
    this.vertx = vertx;
    this.site = site;
    this.wiring = wiring;
    this.lease = lease;
    this.judge = new Judge(site, wiring.time(), lease.token());
    this.store = store;
    this.audit =
        new AuditTrail(vertx, wiring.time(), wiring.metrics(), site.name(), wiring.state());
    this.links = new LinkBook(site);
    this.readings = new Readings(vertx, wiring.bus(), site, wiring.time(), devices(), this::read);
    this.rediscovery = new Rediscovery(wiring.bus(), site);
    this.metrics = metrics;
  }

  private List<BatteryTarget> targets() {
    @Nullable Control control = site.control();
    return control == null ? List.of() : control.batteries();
  }

  private Set<String> devices() {
    Set<String> devices = new TreeSet<>();
    for (BatteryTarget target : targets()) {
      devices.add(target.battery());
      Stream.concat(
              target.directions().stream()
                  .flatMap(each -> Stream.of(each.register(), each.allowed())),
              Stream.of(target.current(), target.voltage()))
          .filter(Objects::nonNull)
          .forEach(ref -> devices.add(ref.device()));
    }
    return devices;
  }

  // ---- begin and end

  /// Takes up what was left, writes it to the devices, then takes commands.
  Future<Void> begin() {
    return audit
        .begin()
        .compose(open -> readKeys())
        .compose(open -> store.read())
        .compose(found -> {
          if (isEnded) {
            return Future.succeededFuture();
          }
          takeUp(found);
          return inLine(this::lookAtAll)
              .compose(looked -> isEnded ? Future.succeededFuture() : listen());
        });
  }

  private void takeUp(ControlStore.Found found) {
    found
        .troubles()
        .forEach(
            trouble -> LOG.error("site={} control state cannot be read: {}", site.name(), trouble));
    Map<String, SavedControl.Battery> before = new HashMap<>();
    @Nullable SavedControl saved = found.newest();
    if (saved != null) {
      before.putAll(saved.batteries());
      saved.seen().forEach(judge.seen()::remember);
      savedRevision = saved.revision();
    }
    for (BatteryTarget target : targets()) {
      BatteryDesk desk = desk(target, before.get(target.battery()));
      desks.put(target.battery(), desk);
    }
  }

  private BatteryDesk desk(BatteryTarget target, SavedControl.@Nullable Battery saved) {
    long now = wiring.time().monotonicNanos();
    BatteryControl.Bounds bounds = BatteryControl.Bounds.of(target);
    SavedControl.@Nullable Limit limit = saved == null ? null : saved.limit();
    BatteryControl control =
        saved == null
            ? unknown(target, bounds)
            : SavedControl.restore(
                saved, bounds, now, wiring.time().wallMillis(), target.pace().stopWithin());
    if (saved != null) {
      String event = limit != null && control.limit() == null ? "LIMITS_OVER" : "RESTORED";
      LOG.info("battery={} {} from before: {}", target.battery(), event, saved);
      audit.happened(target.battery(), event, saved.toString());
    }
    return new BatteryDesk(
        this,
        target,
        wiring.time(),
        readings,
        (each, listener) ->
            new TargetWriter(
                wiring.bus(), wiring.time(), links, site.name(), each, lease.token(), listener),
        control,
        limit);
  }

  private BatteryControl unknown(BatteryTarget target, BatteryControl.Bounds bounds) {
    @Nullable Control control = site.control();
    boolean isPaused = control != null && control.onUnknown() == Control.OnUnknown.PAUSED;
    LOG.info(
        "battery={} nothing is known of its control before: {}",
        target.battery(),
        isPaused ? "paused until it is resumed" : "its base holds");
    audit.happened(target.battery(), "STATE_UNKNOWN", isPaused ? "paused" : "base");
    return isPaused
        ? BatteryControl.restored(
            bounds, BatteryControl.Mode.PAUSED, Set.of(Authority.PERSON), null, 0)
        : BatteryControl.running(bounds);
  }

  private Future<Void> listen() {
    Bus bus = wiring.bus();
    subscriptions.add(bus.subscribe(Address.links(site.name()), this::hear));
    subscriptions.add(bus.serve(RequestAddress.command(site.name()), this::receive));
    timers.add(vertx.setPeriodic(LOOKED_EVERY.toMillis(), id -> look()));
    timers.add(vertx.setPeriodic(ANNOUNCED_EVERY.toMillis(), id -> announce()));
    timers.add(vertx.setPeriodic(OWED_EVERY.toMillis(), id -> payDisk()));
    if (!senders().isEmpty()) {
      timers.add(vertx.setPeriodic(KEYS_EVERY.toMillis(), id -> readKeys()));
    }
    return Future.join(subscriptions.stream().map(Bus.Subscription::ready).toList())
        .compose(ready -> readings.start())
        .onSuccess(ready -> announce());
  }

  Future<Void> end() {
    isEnded = true;
    store.rest();
    timers.forEach(vertx::cancelTimer);
    metrics.show(List.of());
    desks.keySet().forEach(battery -> wiring.health().gone(part(battery)));
    return Future.join(subscriptions.stream().map(Bus.Subscription::cancel).toList())
        .eventually(readings::stop)
        .eventually(() -> line.otherwiseEmpty())
        .eventually(audit::end)
        .mapEmpty();
  }

  // ---- commands

  /// The same id twice has one effect and one answer.
  private Future<CommandResult> receive(CommandRequest request) {
    @Nullable Future<CommandResult> known = remembered.get(request.id());
    if (known != null) {
      return known;
    }
    Future<CommandResult> answer = answer(request);
    remembered.put(request.id(), answer);
    return answer;
  }

  private Future<CommandResult> answer(CommandRequest request) {
    Admitted admitted;
    try {
      if (!lease.isValid()) {
        throw new RefusedException(Code.TOO_LATE, "this node is not the control's owner any more");
      }
      admitted = judge.judge(request);
    } catch (RefusedException refused) {
      Refusal refusal = refused.refusal();
      return Future.succeededFuture(
          refused(request, CommandResult.refused(request, refusal.code().word(), refusal.text())));
    }
    BatteryDesk desk = Objects.requireNonNull(desks.get(admitted.target().battery()));
    return inLine(() -> desk.carryOut(admitted)).onSuccess(result -> decided(request, result));
  }

  private <T> Future<T> inLine(Supplier<Future<T>> work) {
    inLine++;
    Future<T> done = line.transform(before -> work.get());
    line = done;
    return done.onComplete(over -> inLine--);
  }

  private void decided(CommandRequest request, CommandResult result) {
    if (result.status() == CommandResult.Status.REFUSED) {
      refused(request, result);
      return;
    }
    metrics.accepted(request.name());
    LOG.info(
        "site={} command={} battery={} from {} accepted{}",
        site.name(),
        request.name(),
        request.device(),
        request.source(),
        result.reason().isEmpty() ? "" : ": " + result.reason());
    audit.decided(request, result);
  }

  /// Of a flood not each one is written down.
  private CommandResult refused(CommandRequest request, CommandResult result) {
    metrics.refused(result.code());
    String kind = request.source() + " " + result.code();
    if (toldRefusals.take(kind, wiring.time().monotonicNanos())) {
      LOG.warn(
          "site={} command={} battery={} from {} refused: {}: {}",
          site.name(),
          request.name(),
          request.device(),
          request.source(),
          result.code(),
          result.reason());
      audit.decided(request, result);
    } else {
      metrics.untold();
    }
    return result;
  }

  // ---- what happens by itself

  private void hear(LinkStatus status) {
    if (links.accept(status, wiring.time().monotonicNanos())) {
      desks.values().forEach(desk -> desk.linkChanged(status.link(), links));
    }
  }

  private void read(DeviceSnapshot snapshot) {
    String device = snapshot.device();
    if (!isEnded && links.accept(device, snapshot.token(), wiring.time().monotonicNanos())) {
      desks.values().forEach(desk -> desk.linkChanged(links.linkOf(device), links));
    }
  }

  private void look() {
    if (!isEnded && inLine == 0 && lease.isValid()) {
      inLine(this::lookAtAll)
          .onSuccess(done -> show())
          .onFailure(fault -> LOG.error("site={} the control is at fault", site.name(), fault));
    }
  }

  /// One after the other: what is kept is the state of all.
  private Future<Void> lookAtAll() {
    Future<Void> all = Future.succeededFuture();
    for (BatteryDesk desk : desks.values()) {
      all = all.compose(before -> desk.look());
    }
    return all;
  }

  private void show() {
    changed();
    metrics.show(desks.values().stream().map(BatteryDesk::state).toList());
    desks.forEach((battery, desk) -> {
      String trouble = desk.trouble();
      if (trouble.isEmpty()) {
        wiring.health().up(part(battery));
      } else {
        wiring.health().down(part(battery), trouble);
      }
    });
  }

  private static String part(String battery) {
    return "control " + battery;
  }

  // ---- what desks need

  @Override
  public Future<Void> keep(BatteryDesk desk, SavedControl.Battery next) {
    Map<String, SavedControl.Battery> batteries = new HashMap<>();
    desks.forEach((name, each) -> batteries.put(name, each == desk ? next : each.saved()));
    return keep(batteries);
  }

  /// What could not be kept is owed: the disk may have taken it all the same, or have something
  /// older, and either would come back with the next start.
  private Future<Void> keep(Map<String, SavedControl.Battery> batteries) {
    savedRevision++;
    SavedControl all =
        new SavedControl(
            lease.token(),
            savedRevision,
            batteries,
            judge.seen().needed(wiring.time().wallMillis()));
    return store
        .write(all)
        .onSuccess(done -> kept())
        .onFailure(failure -> owe(String.valueOf(failure.getMessage())));
  }

  private void kept() {
    if (isOwed) {
      LOG.info("site={} the control state is kept again", site.name());
      wiring.health().gone(STATE_PART);
    }
    isOwed = false;
  }

  private void owe(String reason) {
    if (!isOwed) {
      LOG.error("site={} the control state cannot be kept, tried again: {}", site.name(), reason);
    }
    wiring.health().down(STATE_PART, "not kept: " + reason);
    isOwed = true;
  }

  private void payDisk() {
    if (isOwed && !isEnded && inLine == 0 && lease.isValid()) {
      var _ =
          inLine(() -> {
            Map<String, SavedControl.Battery> batteries = new HashMap<>();
            desks.forEach((name, each) -> batteries.put(name, each.saved()));
            return keep(batteries);
          });
    }
  }

  private Map<String, Secret> senders() {
    @Nullable Control control = site.control();
    return control == null ? Map.of() : control.senders();
  }

  /// Keys may stand in files, and change there.
  private Future<Void> readKeys() {
    Map<String, Secret> senders = senders();
    return senders.isEmpty()
        ? Future.succeededFuture()
        : vertx
            .executeBlocking(() -> {
              Map<String, String> keys = new HashMap<>();
              senders.forEach((name, key) -> keys.put(name, key.reveal()));
              return keys;
            })
            .onSuccess(judge::keys)
            .mapEmpty();
  }

  @Override
  public void report(CommandResult result) {
    LOG.atLevel(result.status() == CommandResult.Status.WRITTEN ? Level.DEBUG : Level.INFO)
        .log(
            "site={} command={} battery={} {}{}",
            site.name(),
            result.about().command(),
            result.about().device(),
            result.status().name().toLowerCase(Locale.ROOT).replace('_', '-'),
            result.reason().isEmpty() ? "" : ": " + result.reason());
    wiring.bus().publish(Address.commandResults(site.name()), result);
  }

  @Override
  public AuditTrail audit() {
    return audit;
  }

  @Override
  public void rediscover(String battery) {
    rediscovery.of(battery);
  }

  @Override
  public void changed() {
    List<ControlState.Battery> now =
        desks.values().stream().map(desk -> desk.state().withoutTime()).toList();
    if (!now.equals(announced)) {
      announced = now;
      revision++;
      announce();
    }
  }

  private void announce() {
    if (isEnded || !lease.isValid() || subscriptions.isEmpty()) {
      return;
    }
    List<ControlState.Battery> batteries = desks.values().stream().map(BatteryDesk::state).toList();
    ControlState.Mode mode =
        batteries.stream()
            .map(ControlState.Battery::mode)
            .max(Comparator.naturalOrder())
            .orElse(ControlState.Mode.RUNNING);
    long clock = TimeUnit.NANOSECONDS.toMillis(wiring.time().monotonicNanos());
    wiring
        .bus()
        .publish(
            Address.control(site.name()),
            new ControlState(lease.token(), revision, mode, clock, batteries));
  }

  /// The duty that makes one for each holding of the lease.
  static ShardDuty duty(Vertx vertx, Site site, Wiring wiring, ControlStore store) {
    ControlMetrics metrics =
        new ControlMetrics(
            wiring.metrics(),
            site.name(),
            Optional.ofNullable(site.control()).map(Control::batteries).orElse(List.of()));
    return new ShardDuty() {
      private @Nullable SiteControl current;

      @Override
      public Future<Void> begin(Lease lease) {
        SiteControl fresh = new SiteControl(vertx, site, wiring, store, metrics, lease);
        current = fresh;
        return fresh
            .begin()
            .recover(failure -> end().transform(ended -> Future.failedFuture(failure)));
      }

      @Override
      public Future<Void> end() {
        @Nullable SiteControl last = current;
        current = null;
        return last == null ? Future.succeededFuture() : last.end();
      }
    };
  }
}
