package dev.voltbus.command;

import dev.voltbus.command.ControlEffect.Apply;
import dev.voltbus.command.ControlEffect.Persist;
import dev.voltbus.command.ControlEffect.SendDiscovery;
import dev.voltbus.command.ControlEffect.Tell;
import dev.voltbus.contract.Control.BatteryTarget;
import dev.voltbus.contract.Control.LimitTarget;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// The control of one battery as a value: state, event and time give the next state and what is to
/// be done. The table of it stands in `docs/concepts/control.md`.
///
/// A limit keeps its end whatever happens: it runs on through a pause, and is in force again after
/// it if its end is still ahead. What a person has paused, only a person resumes.
///
/// @param bounds what the site file sets
/// @param mode what it does
/// @param pausedBy whose pauses are in force; kept through a stop
/// @param limit the limit that a command has set, or null
/// @param stopNanos while stopping, monotonic time at which it counts as stopped
/// @param allowed what the device takes at this moment
/// @param isInContact whether the device is heard
/// @param applied what the device was last given, or null if nothing yet
record BatteryControl(
    Bounds bounds,
    Mode mode,
    Set<Authority> pausedBy,
    @Nullable TimedLimit limit,
    long stopNanos,
    Amperes allowed,
    boolean isInContact,
    @Nullable Apply applied) {

  enum Mode {
    RUNNING,
    PAUSED,
    /// The safe state is wanted; telemetry goes on until the current is low.
    STOPPING,
    /// No telemetry either.
    STOPPED
  }

  /// @param base what holds without a command
  /// @param envelope what no command may pass
  /// @param safe what holds while the device is not heard
  record Bounds(Amperes base, Amperes envelope, Amperes safe) {

    /// Nothing bounds a direction without a register.
    static Bounds of(BatteryTarget target) {
      return new Bounds(
          both(target, LimitTarget::base),
          both(target, LimitTarget::most),
          both(target, LimitTarget::safe));
    }

    private static Amperes both(BatteryTarget target, ToDoubleFunction<LimitTarget> bound) {
      return new Amperes(one(target.charge(), bound), one(target.discharge(), bound));
    }

    private static double one(
        @Nullable LimitTarget direction, ToDoubleFunction<LimitTarget> bound) {
      return direction == null ? Double.POSITIVE_INFINITY : bound.applyAsDouble(direction);
    }
  }

  /// @param effects in the order in which they are to be carried out
  record Step(BatteryControl next, List<ControlEffect> effects) {
    Step {
      effects = List.copyOf(effects);
    }
  }

  BatteryControl {
    pausedBy = Set.copyOf(pausedBy);
    boolean isPaused = !pausedBy.isEmpty();
    if ((mode == Mode.RUNNING && isPaused) || (mode == Mode.PAUSED && !isPaused)) {
      throw new IllegalArgumentException("mode " + mode + ", but paused by " + pausedBy);
    }
  }

  /// A battery that no command has touched, and whose registers nobody has written yet.
  static BatteryControl running(Bounds bounds) {
    return restored(bounds, Mode.RUNNING, Set.of(), null, 0);
  }

  /// What a process finds when it starts. The next step applies it.
  static BatteryControl restored(
      Bounds bounds,
      Mode mode,
      Set<Authority> pausedBy,
      @Nullable TimedLimit limit,
      long stopNanos) {
    return new BatteryControl(
        bounds, mode, pausedBy, limit, stopNanos, Amperes.UNBOUNDED, true, null);
  }

  /// What is in force. A limit yields to the envelope and to what the device allows; without one
  /// the base holds. Nothing flows in any other mode than RUNNING.
  ///
  /// @param nowNanos monotonic time
  Amperes effective(long nowNanos) {
    if (mode != Mode.RUNNING) {
      return Amperes.NONE;
    }
    @Nullable TimedLimit running = limit;
    Amperes wanted =
        running == null || running.isOver(nowNanos)
            ? bounds.base
            : running.over(bounds.base).within(allowed);
    Amperes bounded = wanted.within(bounds.envelope);
    return isInContact ? bounded : bounded.within(bounds.safe);
  }

  /// What follows when something happens. What time alone has done since comes first.
  ///
  /// @param nowNanos monotonic time, never less than in the step before
  Step after(ControlEvent event, long nowNanos) {
    Change change = new Change(this, nowNanos);
    change.pass();
    change.happen(event);
    return change.step();
  }

  /// One step on its way.
  private static final class Change {
    private final BatteryControl before;
    private final long nowNanos;
    private final Set<Authority> pausedBy;
    private final List<ControlEffect> told = new ArrayList<>();
    private Mode mode;
    private @Nullable TimedLimit limit;
    private long stopNanos;
    private Amperes allowed;
    private boolean isInContact;

    private Change(BatteryControl before, long nowNanos) {
      this.before = before;
      this.nowNanos = nowNanos;
      this.pausedBy = new HashSet<>(before.pausedBy);
      this.mode = before.mode;
      this.limit = before.limit;
      this.stopNanos = before.stopNanos;
      this.allowed = before.allowed;
      this.isInContact = before.isInContact;
    }

    private void pass() {
      if (limit != null && limit.isOver(nowNanos)) {
        limit = null;
        tell("LIMITS_EXPIRED");
      }
      if (mode == Mode.STOPPING && nowNanos - stopNanos >= 0) {
        stopped("STOPPED_WITH_CURRENT");
      }
    }

    private void happen(ControlEvent event) {
      switch (event) {
        case ControlEvent.Pause pause -> pause(pause.by());
        case ControlEvent.Resume resume -> resume(resume.by());
        case ControlEvent.SetLimits set -> limit(set.limit());
        case ControlEvent.Stop stop -> stop(stop.untilNanos());
        case ControlEvent.Restart restart -> restart();
        case ControlEvent.CurrentLow low -> currentLow();
        case ControlEvent.DeviceAllows allows -> allowed = allows.limits();
        case ControlEvent.ContactLost lost -> contact(false, "CONTACT_LOST");
        case ControlEvent.ContactBack back -> contact(true, "CONTACT_BACK");
        case ControlEvent.Tick tick -> {}
      }
    }

    /// A battery that is stopped stays so; what paused it meanwhile by itself holds after the stop.
    private void pause(Authority by) {
      if (isStopped()) {
        if (by == Authority.AUTOMATIC) {
          pausedBy.add(by);
        }
        return;
      }
      pausedBy.add(by);
      if (mode == Mode.RUNNING) {
        mode = Mode.PAUSED;
        tell("PAUSE_BEGIN");
      }
    }

    private void resume(Authority by) {
      pausedBy.remove(by);
      if (isStopped() && by == Authority.PERSON) {
        bringBack();
      } else if (mode == Mode.PAUSED && pausedBy.isEmpty()) {
        mode = Mode.RUNNING;
        tell("PAUSE_END");
      }
    }

    private boolean isStopped() {
      return mode == Mode.STOPPING || mode == Mode.STOPPED;
    }

    private void bringBack() {
      mode = pausedBy.isEmpty() ? Mode.RUNNING : Mode.PAUSED;
      tell("STOP_END");
    }

    private void limit(TimedLimit set) {
      if (!set.isOver(nowNanos)) {
        limit = set;
        tell("LIMITS_SET");
      }
    }

    private void stop(long untilNanos) {
      if (!isStopped()) {
        mode = Mode.STOPPING;
        stopNanos = untilNanos;
        tell("STOP_BEGIN");
      }
    }

    private void restart() {
      if (isStopped()) {
        bringBack();
      }
      told.add(new SendDiscovery());
      tell("RESTART");
    }

    private void currentLow() {
      if (mode == Mode.STOPPING) {
        stopped("STOPPED");
      }
    }

    private void stopped(String event) {
      mode = Mode.STOPPED;
      tell(event);
    }

    private void contact(boolean isThere, String event) {
      if (isInContact != isThere) {
        isInContact = isThere;
        tell(event);
      }
    }

    private void tell(String event) {
      told.add(new Tell(event));
    }

    /// A device that is heard again may have forgotten what it was given.
    private Step step() {
      BatteryControl next = next(before.applied);
      Apply wanted =
          new Apply(next.effective(nowNanos), mode == Mode.RUNNING && isInContact ? limit : null);
      List<ControlEffect> effects = new ArrayList<>();
      if (isToPersist()) {
        effects.add(new Persist());
      }
      if (!wanted.equals(before.applied) || (isInContact && !before.isInContact)) {
        effects.add(wanted);
      }
      effects.addAll(told);
      return new Step(next(wanted), effects);
    }

    private BatteryControl next(@Nullable Apply applied) {
      return new BatteryControl(
          before.bounds, mode, pausedBy, limit, stopNanos, allowed, isInContact, applied);
    }

    private boolean isToPersist() {
      return mode != before.mode
          || !pausedBy.equals(before.pausedBy)
          || !Objects.equals(limit, before.limit);
    }
  }
}
