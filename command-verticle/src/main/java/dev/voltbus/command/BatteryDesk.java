package dev.voltbus.command;

import dev.voltbus.command.BatteryControl.Step;
import dev.voltbus.command.Judge.Admitted;
import dev.voltbus.command.LimitsPayload.Wanted;
import dev.voltbus.command.Orders.Order;
import dev.voltbus.command.Refusal.Code;
import dev.voltbus.contract.CommandRequest;
import dev.voltbus.contract.CommandResult;
import dev.voltbus.contract.Control;
import dev.voltbus.contract.Control.BatteryTarget;
import dev.voltbus.contract.Control.LimitTarget;
import dev.voltbus.contract.Control.Unit;
import dev.voltbus.contract.ControlState;
import dev.voltbus.contract.Limits;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.WriteRequest;
import dev.voltbus.contract.WriteResult;
import io.vertx.core.Future;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// The control of one battery at work: what happens goes into the state machine, and what that
/// wants done is done. To be used on one event loop, for one event at a time.
final class BatteryDesk implements TargetWriter.Listener, Orders.Situation {
  private static final Logger LOG = LoggerFactory.getLogger(BatteryDesk.class);
  private static final Set<String> ALARMING = Set.of("CONTACT_LOST", "STOPPED_WITH_CURRENT");
  private static final Set<String> ABOUT_MODE = Set.of(Control.PAUSE, Control.RESUME, Control.STOP);
  private static final double ALLOWED_STEP = 0.05;
  private static final String BY_ITSELF = "control";

  /// Other roles may start later than this one.
  private static final long STARTING_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Site site;
  private final BatteryTarget target;
  private final TimeSource time;
  private final Readings readings;
  private final TargetWriter writer;
  private final Following following;
  private final Orders orders;
  private final Set<String> devices;
  private final long begunNanos;
  private BatteryControl control;
  private SavedControl.Command limiting;
  private long expiresAt;

  /// A limit of a process before this one ended while no process ran: told once the base holds.
  private boolean isEndOwed;

  private String lastTrouble = "";
  private String source = BY_ITSELF;

  /// What a desk needs of the site it belongs to.
  interface Site {
    /// Keeps the state of all batteries, with this one as it is going to be.
    Future<Void> keep(BatteryDesk desk, SavedControl.Battery next);

    /// A result that follows the first answer.
    void report(CommandResult result);

    AuditTrail audit();

    /// Home Assistant is to be told of a battery's entities again.
    void rediscover(String battery);

    /// Something that others are told of has changed.
    void changed();
  }

  /// Makes the writer of a desk, which is its listener.
  interface Writers {
    TargetWriter of(BatteryTarget target, TargetWriter.Listener listener);
  }

  /// @param former limit that an earlier process left, also one that is over; null without one
  BatteryDesk(
      Site site,
      BatteryTarget target,
      TimeSource time,
      Readings readings,
      Writers writers,
      BatteryControl control,
      SavedControl.@Nullable Limit former) {
    this.site = site;
    this.target = target;
    this.time = time;
    this.readings = readings;
    this.writer = writers.of(target, this);
    this.following = new Following(target.pace());
    this.orders =
        new Orders(
            target,
            this,
            result -> {
              site.audit().followed(result);
              site.report(result);
            });
    this.devices = new TreeSet<>(Set.of(target.battery()));
    target.directions().forEach(direction -> devices.add(direction.register().device()));
    this.begunNanos = time.monotonicNanos();
    this.control = control;
    this.limiting = former == null ? SavedControl.Command.NONE : former.command();
    @Nullable TimedLimit limit = control.limit();
    this.expiresAt = limit == null ? 0 : wallOf(limit.endNanos());
    if (former != null) {
      orders.goOn(former);
      isEndOwed = limit == null;
    }
  }

  String battery() {
    return target.battery();
  }

  private double volts() {
    return readings.value(target.voltage(), time.monotonicNanos());
  }

  // ---- commands

  /// Carries out an admitted command; answers when it is on disk.
  Future<CommandResult> carryOut(Admitted admitted) {
    return hearDevice().compose(heard -> decide(admitted)); // the newest word of the device counts
  }

  private Future<CommandResult> decide(Admitted admitted) {
    long now = time.monotonicNanos();
    CommandRequest request = admitted.request();
    ControlEvent event = event(admitted, now);
    Step step = control.after(event, now);
    SavedControl.Command set =
        event instanceof ControlEvent.SetLimits
            ? new SavedControl.Command(
                time.wallMillis(), request.id(), request.origin(), admitted.correlation())
            : limiting;
    boolean isKept = admitted.envelope() == null && !persists(step);
    Future<Void> kept =
        isKept
            ? Future.succeededFuture()
            : site.keep(this, SavedControl.of(step.next(), now, time.wallMillis(), set));
    return kept.map(done -> accept(admitted, event, step, set, ""))
        .recover(failure -> {
          String trouble = "the control state could not be kept: " + failure.getMessage();
          return Future.succeededFuture(
              Judge.isUrgent(request.name())
                  ? accept(admitted, event, step, set, trouble)
                  : CommandResult.refused(request, Code.NOT_KEPT.word(), trouble));
        });
  }

  private ControlEvent event(Admitted admitted, long now) {
    return switch (admitted.request().name()) {
      case Control.PAUSE -> new ControlEvent.Pause(Authority.PERSON);
      case Control.RESUME -> new ControlEvent.Resume(Authority.PERSON);
      case Control.STOP -> new ControlEvent.Stop(now + target.pace().stopWithin().toNanos());
      case Control.RESTART -> new ControlEvent.Restart();
      case Control.SET_LIMITS ->
          new ControlEvent.SetLimits(limit(Objects.requireNonNull(admitted.wanted()), now));
      default -> new ControlEvent.Tick(); // BMSRESET is no matter of limits
    };
  }

  private TimedLimit limit(Wanted wanted, long now) {
    long end = now + wanted.timeout().toNanos();
    @Nullable TimedLimit running = control.limit();
    if (!wanted.keepsOther() || running == null || running.isOver(now)) {
      return new TimedLimit(wanted.charge(), wanted.discharge(), end);
    }
    return new TimedLimit(
        wanted.charge() == null ? running.charge() : wanted.charge(),
        wanted.discharge() == null ? running.discharge() : wanted.discharge(),
        end);
  }

  private CommandResult accept(
      Admitted admitted, ControlEvent event, Step step, SavedControl.Command set, String trouble) {
    CommandRequest request = admitted.request();
    tellOwedEnd(); // nothing takes the place of what is over
    Order order = orders.begin(admitted, step.next(), trouble);
    @Nullable TimedLimit limit = step.next().limit();
    if (event instanceof ControlEvent.SetLimits && limit != null) {
      limiting = set;
      expiresAt = wallOf(limit.endNanos());
    }
    source = request.source();
    lastTrouble = "";
    boolean writes = commit(step);
    CommandResult accepted = orders.accepted(order);
    if (!writes && writer.isSettled() && ABOUT_MODE.contains(request.name())) {
      settled(true); // the device has it already
    }
    if (request.name().equals(Control.BMSRESET)) {
      reset(order, request.source());
    }
    return accepted;
  }

  private void reset(Order order, String by) {
    writer
        .once(Objects.requireNonNull(target.reset()), by)
        .onSuccess(done -> orders.done(order, done.outcome().isSuccess(), done.reason()))
        .onFailure(failure -> orders.done(order, false, TargetWriter.NO_OWNER));
  }

  // ---- what happens by itself

  /// Lets time pass and looks at what the devices say; done when all that follows is begun.
  Future<Void> look() {
    return hearDevice()
        .compose(heard -> lookAtRest())
        .compose(rested -> lookAtContact())
        .map(done -> {
          long now = time.monotonicNanos();
          writer.tick(volts());
          double current = readings.value(target.current(), now);
          readings.readNanos(target.current(), now).ifPresent(read -> follow(current, read, now));
          return null;
        });
  }

  private Future<Void> hearDevice() {
    long now = time.monotonicNanos();
    return happen(allows(now), now);
  }

  private Future<Void> lookAtRest() {
    long now = time.monotonicNanos();
    double current = readings.value(target.current(), now);
    boolean isAtRest =
        control.mode() == BatteryControl.Mode.STOPPING
            && Math.abs(current) <= target.pace().lowCurrent()
            && writer.isSettled();
    return isAtRest ? happen(new ControlEvent.CurrentLow(), now) : Future.succeededFuture();
  }

  /// A change of mode is on disk before anybody is told of it, so that a process that starts behind
  /// this one goes on with what was told. Everything else is done at once.
  private Future<Void> happen(ControlEvent event, long now) {
    Step step = control.after(event, now);
    if (step.effects().isEmpty() && step.next().equals(control)) {
      return Future.succeededFuture();
    }
    if (step.next().mode() != control.mode()) {
      // a failure is said there, and tried again
      return site.keep(this, SavedControl.of(step.next(), now, time.wallMillis(), limiting))
          .otherwiseEmpty()
          .onSuccess(kept -> commitOwn(step));
    }
    commitOwn(step);
    if (persists(step)) {
      var _ = site.keep(this, saved());
    }
    return Future.succeededFuture();
  }

  private void commitOwn(Step step) {
    source = BY_ITSELF;
    commit(step);
  }

  private static boolean persists(Step step) {
    return step.effects().stream().anyMatch(ControlEffect.Persist.class::isInstance);
  }

  private ControlEvent allows(long now) {
    Amperes before = control.allowed();
    Amperes allowed =
        new Amperes(
            allowed(target.charge(), before.charge(), now),
            allowed(target.discharge(), before.discharge(), now));
    return allowed.equals(before)
        ? new ControlEvent.Tick()
        : new ControlEvent.DeviceAllows(allowed);
  }

  /// What the device said last counts: one reading that is missing must not let more current flow.
  private double allowed(@Nullable LimitTarget direction, double before, long now) {
    if (direction == null) {
      return before;
    }
    double said = readings.value(direction.allowed(), now);
    double amperes = direction.allowedUnit() == Unit.WATT ? said / volts() : said;
    boolean isNews = Double.isFinite(amperes) && !(Math.abs(amperes - before) < ALLOWED_STEP);
    return isNews ? Math.max(0, amperes) : before;
  }

  private Future<Void> lookAtContact() {
    long now = time.monotonicNanos();
    long silent = target.pace().lostAfter().toNanos();
    boolean isSilent =
        devices.stream()
            .map(device -> readings.heardNanos(device, now))
            .anyMatch(heard -> now - heard.orElse(begunNanos) > silent);
    if (isSilent && control.isInContact()) {
      return happen(new ControlEvent.ContactLost(), now);
    }
    return !isSilent && !control.isInContact() && writer.isSettled()
        ? happen(new ControlEvent.ContactBack(), now) // it has the safe limits now
        : Future.succeededFuture();
  }

  /// An owner of a link that came new has forgotten the ends, and a device that was away may have
  /// forgotten what it was given.
  void linkChanged(String link, LinkBook links) {
    if (devices.stream().anyMatch(device -> links.linkOf(device).equals(link))) {
      writer.writeAgain(volts());
      site.changed();
    }
  }

  // ---- effects

  /// @return whether the device is written
  private boolean commit(Step step) {
    boolean isLimitOver = control.limit() != null && step.next().limit() == null;
    control = step.next();
    boolean writes = false;
    for (ControlEffect effect : step.effects()) {
      switch (effect) {
        case ControlEffect.Apply apply -> {
          writes = true;
          following.end();
          writer.want(new TargetWriter.Wanted(apply.limits(), apply.limit(), source), volts());
        }
        case ControlEffect.SendDiscovery again -> site.rediscover(battery());
        case ControlEffect.Tell tell -> tell(tell.name());
        case ControlEffect.Persist persist -> {} // by whoever commits, before or after
      }
    }
    if (isLimitOver) {
      expiresAt = 0;
      orders.expired();
    }
    site.changed();
    return writes;
  }

  private void tell(String event) {
    LOG.atLevel(ALARMING.contains(event) ? Level.WARN : Level.INFO)
        .log("battery={} {}: {}", battery(), event, effective());
    site.audit().happened(battery(), event, "");
  }

  @Override
  public void wrote(WriteRequest request, WriteResult result) {
    site.audit().wrote(request, result);
  }

  @Override
  public void settled(boolean isVerified) {
    if (!lastTrouble.isEmpty()) {
      LOG.info("battery={} the device has its limits again", battery());
      lastTrouble = "";
    }
    tellOwedEnd();
    orders.settled(isVerified);
    following.begin(effectiveAmperes(), time.monotonicNanos());
    site.changed();
  }

  private void tellOwedEnd() {
    if (isEndOwed) {
      isEndOwed = false;
      orders.expired();
    }
  }

  @Override
  public void failed(String reason) {
    boolean isStarting = time.monotonicNanos() - begunNanos < STARTING_NANOS;
    boolean isExpected =
        isStarting && !orders.isAnyOnItsWay() && reason.equals(TargetWriter.NO_OWNER);
    if (isExpected || reason.equals(lastTrouble)) {
      return;
    }
    lastTrouble = reason;
    LOG.warn("battery={} the device does not have its limits, tried again: {}", battery(), reason);
    site.audit().happened(battery(), "WRITE_FAILED", reason);
    orders.failed("device", reason);
    site.changed();
  }

  private void follow(double current, long readNanos, long now) {
    switch (following.look(current, readNanos, now)) {
      case FOLLOWED -> orders.followed();
      case NOT_FOLLOWED -> {
        if (isLimited()) {
          notFollowed(current);
        }
      }
      case NONE -> {}
    }
  }

  private void notFollowed(double current) {
    String text = "%.1f A flow; %s".formatted(current, effective());
    LOG.warn("battery={} limit not followed: {}", battery(), text);
    site.audit().happened(battery(), "LIMIT_NOT_FOLLOWED", text);
    orders.notFollowed(text);
  }

  // ---- what others are told

  @Override
  public boolean isLimited() {
    return control.mode() == BatteryControl.Mode.RUNNING && control.limit() != null;
  }

  @Override
  public Limits effective() {
    Amperes amperes = effectiveAmperes();
    return new Limits(
        target.charge() == null ? null : amperes.charge(),
        target.discharge() == null ? null : amperes.discharge());
  }

  @Override
  public long expiresAt() {
    return expiresAt;
  }

  /// What is in force, as its registers hold it; infinite where there is none.
  private Amperes effectiveAmperes() {
    Amperes wanted = control.effective(time.monotonicNanos());
    double volts = volts();
    return new Amperes(
        held(target.charge(), wanted.charge(), volts),
        held(target.discharge(), wanted.discharge(), volts));
  }

  private static double held(@Nullable LimitTarget direction, double amperes, double volts) {
    if (direction == null) {
      return Double.POSITIVE_INFINITY;
    }
    TargetUnits units = new TargetUnits(direction);
    OptionalDouble number = units.number(amperes, volts);
    double held = number.isPresent() ? units.amperes(number.getAsDouble(), volts) : amperes;
    return Double.isNaN(held) ? amperes : Math.min(amperes, held);
  }

  @Override
  public int remainingMillis() {
    @Nullable TimedLimit limit = control.limit();
    return limit == null
        ? 0
        : (int)
            Math.max(0, TimeUnit.NANOSECONDS.toMillis(limit.endNanos() - time.monotonicNanos()));
  }

  private long wallOf(long nanos) {
    return time.wallMillis() + TimeUnit.NANOSECONDS.toMillis(nanos - time.monotonicNanos());
  }

  /// What is to be kept of it.
  SavedControl.Battery saved() {
    return SavedControl.of(control, time.monotonicNanos(), time.wallMillis(), limiting);
  }

  ControlState.Battery state() {
    @Nullable TimedLimit limit = control.limit();
    return new ControlState.Battery(
        battery(),
        ControlState.Mode.valueOf(control.mode().name()),
        control.pausedBy().contains(Authority.PERSON),
        control.pausedBy().contains(Authority.AUTOMATIC),
        effective(),
        limit == null ? Limits.NONE : limit.asked(),
        expiresAt,
        remainingMillis(),
        writer.isSettled(),
        control.isInContact(),
        List.copyOf(devices));
  }

  /// Why the device does not have what is in force; empty if it has.
  String trouble() {
    return writer.isSettled() ? "" : writer.trouble();
  }
}
