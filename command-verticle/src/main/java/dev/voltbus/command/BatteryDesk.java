package dev.voltbus.command;

import dev.voltbus.command.BatteryControl.Step;
import dev.voltbus.command.Judge.Admitted;
import dev.voltbus.command.LimitsPayload.Wanted;
import dev.voltbus.command.Refusal.Code;
import dev.voltbus.contract.CommandRequest;
import dev.voltbus.contract.CommandResult;
import dev.voltbus.contract.CommandResult.Status;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The control of one battery at work: what happens goes into the state machine, and what that
/// wants done is done. To be used on one event loop, for one event at a time.
final class BatteryDesk implements TargetWriter.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(BatteryDesk.class);
  private static final Map<BatteryControl.Mode, ControlState.Mode> MODES =
      Map.of(
          BatteryControl.Mode.RUNNING, ControlState.Mode.RUNNING,
          BatteryControl.Mode.PAUSED, ControlState.Mode.PAUSED,
          BatteryControl.Mode.STOPPING, ControlState.Mode.STOPPING,
          BatteryControl.Mode.STOPPED, ControlState.Mode.STOPPED);
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
  private final Set<String> devices;
  private final long begunNanos;
  private BatteryControl control;
  private long setMillis;
  private long expiresAt;

  /// The command whose limit runs.
  private @Nullable Order limiting;

  /// The command whose way to the device is told.
  private @Nullable Order onItsWay;

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

  /// An accepted command.
  ///
  /// @param remarks what else there is to say of it
  private record Order(
      CommandRequest request, String correlation, Limits requested, List<Remark> remarks) {}

  private record Remark(String code, String text) {}

  BatteryDesk(
      Site site,
      BatteryTarget target,
      TimeSource time,
      Readings readings,
      Writers writers,
      BatteryControl control,
      long setMillis) {
    this.site = site;
    this.target = target;
    this.time = time;
    this.readings = readings;
    this.writer = writers.of(target, this);
    this.following = new Following(target.pace());
    this.devices =
        new TreeSet<>(
            List.of(
                target.battery(),
                target.charge().register().device(),
                target.discharge().register().device()));
    this.begunNanos = time.monotonicNanos();
    this.control = control;
    this.setMillis = setMillis;
    @Nullable TimedLimit limit = control.limit();
    this.expiresAt = limit == null ? 0 : wallOf(limit.endNanos());
  }

  static BatteryControl.Bounds bounds(BatteryTarget target) {
    LimitTarget in = target.charge();
    LimitTarget out = target.discharge();
    return new BatteryControl.Bounds(
        new Amperes(in.base(), out.base()),
        new Amperes(in.most(), out.most()),
        new Amperes(in.safe(), out.safe()));
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
    long now = time.monotonicNanos();
    CommandRequest request = admitted.request();
    ControlEvent event = event(admitted, now);
    Step step = control.after(event, now);
    long set = event instanceof ControlEvent.SetLimits ? time.wallMillis() : setMillis;
    boolean isKept =
        admitted.envelope() == null
            && step.effects().stream().noneMatch(ControlEffect.Persist.class::isInstance);
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
      Admitted admitted, ControlEvent event, Step step, long set, String trouble) {
    CommandRequest request = admitted.request();
    @Nullable TimedLimit limit = step.next().limit();
    boolean isLimit = event instanceof ControlEvent.SetLimits;
    Order order =
        new Order(
            request,
            admitted.correlation(),
            isLimit && limit != null ? new Limits(limit.charge(), limit.discharge()) : Limits.NONE,
            remarks(step.next(), isLimit, trouble));
    if (isLimit && limit != null) {
      replace(limiting);
      limiting = order;
      setMillis = set;
      expiresAt = wallOf(limit.endNanos());
    }
    source = request.source();
    onItsWay = order;
    lastTrouble = "";
    boolean writes = commit(step);
    CommandResult accepted = result(order, Status.ACCEPTED, first(order.remarks));
    if (!writes && writer.isSettled() && ABOUT_MODE.contains(request.name())) {
      settled(true); // the device has it already
    }
    if (request.name().equals(Control.BMSRESET)) {
      reset(order);
    }
    return accepted;
  }

  private void replace(@Nullable Order former) {
    if (former != null) {
      report(result(former, Status.REPLACED, null));
    }
  }

  private List<Remark> remarks(BatteryControl next, boolean isLimit, String trouble) {
    List<Remark> remarks = new ArrayList<>();
    if (!trouble.isEmpty()) {
      remarks.add(new Remark(Code.NOT_KEPT.word(), trouble));
    }
    @Nullable TimedLimit limit = next.limit();
    if (isLimit && limit != null) {
      if (next.mode() != BatteryControl.Mode.RUNNING) {
        remarks.add(new Remark("not-running", "in force once the battery is resumed"));
      }
      remarkBase(remarks, "max_charge", limit.charge(), target.charge());
      remarkBase(remarks, "max_discharge", limit.discharge(), target.discharge());
      remarkAllowed(remarks, "charge", limit.charge(), next.allowed().charge());
      remarkAllowed(remarks, "discharge", limit.discharge(), next.allowed().discharge());
    }
    return remarks;
  }

  private static void remarkBase(
      List<Remark> remarks, String name, @Nullable Double given, LimitTarget target) {
    if (given == null) {
      remarks.add(
          new Remark(
              "at-base",
              name + " not given: at its base of " + LimitsPayload.plain(target.base()) + " A"));
    }
  }

  private static void remarkAllowed(
      List<Remark> remarks, String direction, @Nullable Double given, double allowed) {
    if (given != null && given > allowed) {
      remarks.add(
          new Remark(
              "device-allows-less",
              "the device allows " + LimitsPayload.plain(allowed) + " A of " + direction + " now"));
    }
  }

  private static @Nullable Remark first(List<Remark> remarks) {
    return remarks.isEmpty()
        ? null
        : new Remark(
            remarks.getFirst().code,
            String.join("; ", remarks.stream().map(Remark::text).toList()));
  }

  private void reset(Order order) {
    writer
        .once(Objects.requireNonNull(target.reset()), order.request.source())
        .onSuccess(done ->
            report(
                result(
                    order,
                    done.outcome().isSuccess() ? Status.WRITTEN : Status.FAILED,
                    done.reason().isEmpty() ? null : new Remark("device", done.reason()))))
        .onFailure(failure ->
            report(result(order, Status.FAILED, new Remark("no-owner", TargetWriter.NO_OWNER))));
  }

  // ---- what happens by itself

  /// Lets time pass and looks at what the devices say.
  void look() {
    long now = time.monotonicNanos();
    happen(allows(now), now);
    double current = readings.value(target.current(), now);
    if (control.mode() == BatteryControl.Mode.STOPPING
        && Math.abs(current) <= target.pace().lowCurrent()
        && writer.isSettled()) {
      happen(new ControlEvent.CurrentLow(), now);
    }
    lookAtContact(now);
    writer.tick(volts());
    readings.readNanos(target.current(), now).ifPresent(read -> follow(current, read, now));
    site.changed();
  }

  private void happen(ControlEvent event, long now) {
    Step step = control.after(event, now);
    if (step.effects().isEmpty() && step.next().equals(control)) {
      return;
    }
    boolean persists = step.effects().stream().anyMatch(ControlEffect.Persist.class::isInstance);
    source = BY_ITSELF;
    commit(step);
    if (persists) {
      site.keep(this, saved())
          .onFailure(failure ->
              LOG.warn("battery={} control state not kept: {}", battery(), failure.getMessage()));
    }
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

  /// A device that does not say it at the moment bounds nothing here; it does so itself.
  private double allowed(LimitTarget direction, double before, long now) {
    double said = readings.value(direction.allowed(), now);
    double amperes = direction.allowedUnit() == Unit.WATT ? said / volts() : said;
    double fresh = Double.isFinite(amperes) ? Math.max(0, amperes) : Double.POSITIVE_INFINITY;
    return Math.abs(fresh - before) < ALLOWED_STEP ? before : fresh;
  }

  private void lookAtContact(long now) {
    long silent = target.pace().lostAfter().toNanos();
    boolean isSilent =
        devices.stream()
            .map(device -> readings.heardNanos(device, now))
            .anyMatch(heard -> now - heard.orElse(begunNanos) > silent);
    if (isSilent && control.isInContact()) {
      happen(new ControlEvent.ContactLost(), now);
    } else if (!isSilent && !control.isInContact() && writer.isSettled()) {
      happen(new ControlEvent.ContactBack(), now); // it has the safe limits now
    }
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
        case ControlEffect.Telemetry telemetry -> {} // follows from the mode
      }
    }
    site.changed();
    return writes;
  }

  private void tell(String event) {
    Amperes limits = effective();
    LOG.info(
        "battery={} {}: charge up to {} A, discharge up to {} A",
        battery(),
        event,
        LimitsPayload.plain(limits.charge()),
        LimitsPayload.plain(limits.discharge()));
    site.audit().happened(battery(), event, "");
    if (event.equals("LIMITS_EXPIRED")) {
      @Nullable Order over = limiting;
      limiting = null;
      expiresAt = 0;
      if (over != null) {
        report(result(over, Status.EXPIRED, null));
        onItsWay = over.equals(onItsWay) ? null : onItsWay;
      }
    }
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
    @Nullable Order order = onItsWay;
    if (order != null) {
      report(result(order, Status.WRITTEN, first(order.remarks)));
      if (isVerified) {
        report(result(order, Status.VERIFIED, first(order.remarks)));
      }
      onItsWay = target.current() == null && !isLimited() ? null : order;
    }
    following.begin(effective(), time.monotonicNanos());
    site.changed();
  }

  @Override
  public void failed(String reason) {
    boolean isStarting = time.monotonicNanos() - begunNanos < STARTING_NANOS;
    boolean isExpected = isStarting && onItsWay == null && reason.equals(TargetWriter.NO_OWNER);
    if (isExpected || reason.equals(lastTrouble)) {
      return;
    }
    lastTrouble = reason;
    LOG.warn("battery={} the device does not have its limits, tried again: {}", battery(), reason);
    site.audit().happened(battery(), "WRITE_FAILED", reason);
    @Nullable Order order = onItsWay;
    if (order != null) {
      report(result(order, Status.FAILED, new Remark("device", reason)));
    }
    site.changed();
  }

  private void follow(double current, long readNanos, long now) {
    Following.News news = following.look(current, readNanos, now);
    @Nullable Order order = onItsWay;
    switch (news) {
      case FOLLOWED -> {
        if (order != null) {
          report(result(order, Status.FOLLOWED, null));
          onItsWay = isLimited() ? order : null;
        }
      }
      case NOT_FOLLOWED -> {
        if (isLimited()) {
          notFollowed(current, order);
        }
      }
      case NONE -> {}
    }
  }

  private boolean isLimited() {
    return control.mode() == BatteryControl.Mode.RUNNING && control.limit() != null;
  }

  private void notFollowed(double current, @Nullable Order order) {
    Amperes limits = effective();
    String text =
        "%.1f A flow, the limits are %.1f A in and %.1f A out"
            .formatted(current, limits.charge(), limits.discharge());
    LOG.warn("battery={} limit not followed: {}", battery(), text);
    site.audit().happened(battery(), "LIMIT_NOT_FOLLOWED", text);
    if (order != null) {
      report(result(order, Status.NOT_FOLLOWED, new Remark("current", text)));
    }
  }

  // ---- what others are told

  private void report(CommandResult result) {
    site.audit().followed(result);
    site.report(result);
  }

  private CommandResult result(Order order, Status status, @Nullable Remark remark) {
    boolean isRunning = order.equals(limiting);
    return new CommandResult(
        order.request.id(),
        status,
        remark == null ? "" : remark.text,
        remark == null ? "" : remark.code,
        new CommandResult.About(
            order.request.name(), order.request.device(), order.request.origin()),
        order.correlation,
        order.requested,
        limits(effective()),
        isRunning ? expiresAt : 0,
        isRunning ? remainingMillis() : 0);
  }

  /// What is in force, as its registers hold it.
  private Amperes effective() {
    Amperes wanted = control.effective(time.monotonicNanos());
    double volts = volts();
    return new Amperes(
        held(target.charge(), wanted.charge(), volts),
        held(target.discharge(), wanted.discharge(), volts));
  }

  private static double held(LimitTarget direction, double amperes, double volts) {
    TargetUnits units = new TargetUnits(direction);
    OptionalDouble number = units.number(amperes, volts);
    double held = number.isPresent() ? units.amperes(number.getAsDouble(), volts) : amperes;
    return Double.isNaN(held) ? amperes : Math.min(amperes, held);
  }

  private static Limits limits(Amperes amperes) {
    return new Limits(amperes.charge(), amperes.discharge());
  }

  private int remainingMillis() {
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
    return SavedControl.of(control, time.monotonicNanos(), time.wallMillis(), setMillis);
  }

  ControlState.Battery state() {
    @Nullable TimedLimit limit = control.limit();
    return new ControlState.Battery(
        battery(),
        MODES.getOrDefault(control.mode(), ControlState.Mode.UNKNOWN),
        control.pausedBy().contains(Authority.PERSON),
        control.pausedBy().contains(Authority.AUTOMATIC),
        limits(effective()),
        limit == null ? Limits.NONE : new Limits(limit.charge(), limit.discharge()),
        limit == null ? 0 : expiresAt,
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
