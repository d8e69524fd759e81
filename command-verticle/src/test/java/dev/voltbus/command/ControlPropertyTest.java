package dev.voltbus.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.voltbus.command.BatteryControl.Bounds;
import dev.voltbus.command.BatteryControl.Mode;
import dev.voltbus.command.BatteryControl.Step;
import dev.voltbus.command.ControlEffect.Apply;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Random histories against what must hold in each of them, found out from the history alone; and
/// machines with a planted fault, each of which must be found.
class ControlPropertyTest {
  private static final long SEED = 20_261_127;
  private static final int HISTORIES = 10_000;
  private static final int STEPS = 40;
  private static final Bounds BOUNDS =
      new Bounds(new Amperes(100, 120), new Amperes(150, 160), new Amperes(10, 20));

  /// How one step is made.
  interface Machine {
    Step after(BatteryControl state, ControlEvent event, long now);
  }

  /// Faults that somebody could make.
  enum Mutant implements Machine {
    DEADLINE_ONE_LATE {
      @Override
      public Step after(BatteryControl state, ControlEvent event, long now) {
        return state.after(moved(event, 1), now);
      }
    },
    DEADLINE_ONE_EARLY {
      @Override
      public Step after(BatteryControl state, ControlEvent event, long now) {
        return state.after(moved(event, -1), now);
      }
    },
    DIRECTIONS_SWAPPED {
      @Override
      public Step after(BatteryControl state, ControlEvent event, long now) {
        return event instanceof ControlEvent.SetLimits set
            ? state.after(
                new ControlEvent.SetLimits(
                    new TimedLimit(
                        set.limit().discharge(), set.limit().charge(), set.limit().endNanos())),
                now)
            : state.after(event, now);
      }
    },
    PAUSE_DROPS_THE_LIMIT {
      @Override
      public Step after(BatteryControl state, ControlEvent event, long now) {
        return event instanceof ControlEvent.Pause
            ? without(state).after(event, now)
            : state.after(event, now);
      }
    },
    GATEWAY_RESUMES_A_PERSONS_PAUSE {
      @Override
      public Step after(BatteryControl state, ControlEvent event, long now) {
        return event instanceof ControlEvent.Resume
            ? state.after(new ControlEvent.Resume(Authority.PERSON), now)
            : state.after(event, now);
      }
    },
    DEVICE_IS_NOT_ASKED {
      @Override
      public Step after(BatteryControl state, ControlEvent event, long now) {
        return event instanceof ControlEvent.DeviceAllows
            ? state.after(new ControlEvent.Tick(), now)
            : state.after(event, now);
      }
    },
    LOST_CONTACT_CHANGES_NOTHING {
      @Override
      public Step after(BatteryControl state, ControlEvent event, long now) {
        return event instanceof ControlEvent.ContactLost
            ? state.after(new ControlEvent.Tick(), now)
            : state.after(event, now);
      }
    };

    private static ControlEvent moved(ControlEvent event, long nanos) {
      return event instanceof ControlEvent.SetLimits set
          ? new ControlEvent.SetLimits(
              new TimedLimit(
                  set.limit().charge(), set.limit().discharge(), set.limit().endNanos() + nanos))
          : event;
    }

    private static BatteryControl without(BatteryControl state) {
      return new BatteryControl(
          state.bounds(),
          state.mode(),
          state.pausedBy(),
          null,
          state.stopNanos(),
          state.allowed(),
          state.isInContact(),
          state.applied());
    }
  }

  /// What a history says, without the machine.
  private static final class Truth {
    private @Nullable TimedLimit limit;
    private Amperes allowed = Amperes.UNBOUNDED;
    private boolean isInContact = true;
    private boolean isPausedByPerson;
    private boolean isStopWanted;

    private void hear(ControlEvent event, long now) {
      switch (event) {
        case ControlEvent.SetLimits set when set.limit().endNanos() - now > 0 ->
            limit = set.limit();
        case ControlEvent.DeviceAllows allows -> allowed = allows.limits();
        case ControlEvent.ContactLost lost -> isInContact = false;
        case ControlEvent.ContactBack back -> isInContact = true;
        case ControlEvent.Pause pause when pause.by() == Authority.PERSON ->
            isPausedByPerson |= !isStopWanted;
        case ControlEvent.Resume resume when resume.by() == Authority.PERSON -> {
          isPausedByPerson = false;
          isStopWanted = false;
        }
        case ControlEvent.Stop stop -> isStopWanted = true;
        case ControlEvent.Restart restart -> isStopWanted = false;
        default -> {}
      }
    }

    private Optional<TimedLimit> running(long now) {
      return Optional.ofNullable(limit).filter(each -> each.endNanos() - now > 0);
    }

    /// What must hold after a step; empty if it does.
    private List<String> objections(BatteryControl state, long now) {
      List<String> objections = new ArrayList<>();
      Apply applied = java.util.Objects.requireNonNull(state.applied());
      Amperes now_ = applied.limits();
      check(objections, "is applied", state.effective(now), now_);
      if (isPausedByPerson || isStopWanted) {
        check(objections, "nothing flows", Amperes.NONE, now_);
      } else if (state.mode() == Mode.RUNNING) {
        check(objections, "most restrictive bound", expected(now), now_);
      }
      if (running(now).isEmpty() && applied.limit() != null) {
        objections.add("a limit outlives its end: " + applied);
      }
      if (state.mode() == Mode.RUNNING && isInContact) {
        check(objections, "limit with its end", running(now).orElse(null), applied.limit());
      }
      return objections;
    }

    private Amperes expected(long now) {
      Amperes bound = new Amperes(150, 160);
      Amperes wanted = new Amperes(100, 120);
      if (running(now).isPresent()) {
        @Nullable Double charge = running(now).get().charge();
        @Nullable Double discharge = running(now).get().discharge();
        wanted =
            new Amperes(
                Math.min(charge == null ? 100 : charge, allowed.charge()),
                Math.min(discharge == null ? 120 : discharge, allowed.discharge()));
      }
      Amperes smaller =
          new Amperes(
              Math.min(wanted.charge(), bound.charge()),
              Math.min(wanted.discharge(), bound.discharge()));
      return isInContact
          ? smaller
          : new Amperes(Math.min(smaller.charge(), 10), Math.min(smaller.discharge(), 20));
    }

    private static void check(
        List<String> objections, String what, @Nullable Object wanted, @Nullable Object is) {
      if (!java.util.Objects.equals(wanted, is)) {
        objections.add(what + ": wanted " + wanted + ", is " + is);
      }
    }
  }

  @Test
  void noBoundIsPassedAndNoLimitOutlivesItsEndInAnyHistory() {
    System.out.println("ControlPropertyTest: seed " + SEED + ", " + HISTORIES + " histories");
    assertEquals(Optional.empty(), firstObjection(BatteryControl::after));
  }

  // A property that finds nothing proves something only if it would have found these.
  @ParameterizedTest
  @EnumSource
  void aPlantedFaultIsFound(Mutant mutant) {
    assertFalse(firstObjection(mutant).isEmpty(), "not found: " + mutant);
  }

  private static Optional<String> firstObjection(Machine machine) {
    Random random = new Random(SEED);
    for (int history = 0; history < HISTORIES; history++) {
      Optional<String> objection = play(machine, random, history);
      if (objection.isPresent()) {
        return objection;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> play(Machine machine, Random random, int history) {
    BatteryControl state = BatteryControl.running(BOUNDS);
    Truth truth = new Truth();
    List<String> played = new ArrayList<>();
    long now = random.nextInt(4) == 0 ? Long.MAX_VALUE - random.nextInt(60) : random.nextInt();
    for (int i = 0; i < STEPS; i++) {
      now = later(random, now, truth.limit);
      ControlEvent event = event(random, now);
      played.add("+" + now + " " + event);
      truth.hear(event, now);
      state = machine.after(state, event, now).next();
      List<String> objections = truth.objections(state, now);
      if (!objections.isEmpty()) {
        return Optional.of("history " + history + ": " + objections + " after " + played);
      }
    }
    return Optional.empty();
  }

  /// Often just the end of the limit, one before it or one behind it.
  private static long later(Random random, long now, @Nullable TimedLimit limit) {
    long end = limit == null ? now : limit.endNanos() - 1 + random.nextInt(3);
    return end - now > 0 && random.nextInt(3) == 0 ? end : now + random.nextInt(5);
  }

  private static ControlEvent event(Random random, long now) {
    Authority by = random.nextBoolean() ? Authority.PERSON : Authority.AUTOMATIC;
    return switch (random.nextInt(11)) {
      case 0 -> new ControlEvent.Pause(by);
      case 1, 2 -> new ControlEvent.Resume(by);
      case 3, 4 -> new ControlEvent.SetLimits(limit(random, now));
      case 5 -> new ControlEvent.Stop(now + random.nextInt(8));
      case 6 -> new ControlEvent.Restart();
      case 7 -> new ControlEvent.CurrentLow();
      case 8 ->
          new ControlEvent.DeviceAllows(new Amperes(random.nextInt(200), random.nextInt(200)));
      case 9 ->
          random.nextBoolean() ? new ControlEvent.ContactLost() : new ControlEvent.ContactBack();
      default -> new ControlEvent.Tick();
    };
  }

  private static TimedLimit limit(Random random, long now) {
    int which = random.nextInt(3);
    return new TimedLimit(
        which == 0 ? null : (double) random.nextInt(151),
        which == 1 ? null : (double) random.nextInt(161),
        now + random.nextInt(12));
  }
}
