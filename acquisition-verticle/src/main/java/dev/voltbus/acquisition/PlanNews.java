package dev.voltbus.acquisition;

import dev.voltbus.contract.Address;
import dev.voltbus.contract.DeviceReadPlan;
import dev.voltbus.contract.Lease;
import dev.voltbus.contract.Wiring;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Tells the bus how the units of a link are read: when that changes, and now and then for those
/// who came later. Never more than once a second for a unit, however often its plan changes.
final class PlanNews {
  private static final Duration LEAST_PAUSE = Duration.ofSeconds(1);

  private final String site;
  private final Wiring wiring;
  private final Lease lease;
  private final long epoch;
  private final Agenda agenda;
  private final List<Followed> all = new ArrayList<>();

  PlanNews(String site, Wiring wiring, Lease lease, long epoch, Agenda agenda) {
    this.site = site;
    this.wiring = wiring;
    this.lease = lease;
    this.epoch = epoch;
    this.agenda = agenda;
  }

  /// @param polls the poll groups of the unit
  void follow(Unit unit, List<GroupPolls> polls) {
    all.add(new Followed(unit, polls));
  }

  /// A poll of the unit is over: tells its plan if that is another one now.
  void look(Unit unit) {
    all.stream().filter(followed -> followed.unit == unit).forEach(Followed::look);
  }

  /// Tells all plans, but for those told just now.
  void announce() {
    long now = wiring.time().monotonicNanos();
    all.stream().filter(followed -> followed.mayTell(now)).forEach(followed -> followed.tell(now));
  }

  void end() {
    agenda.drop(this);
  }

  /// What a plan is made of, so that most polls cost a few comparisons of references.
  private record Made(PlanState plan, Pace pace, Standing.Phase phase, boolean lost) {
    static Made of(Unit unit, long now) {
      Standing standing = unit.standing();
      boolean lost = standing.isLost(now, unit.device().options());
      return new Made(unit.plan(), unit.pace(), standing.phase(), lost);
    }
  }

  private final class Followed {
    private final Unit unit;
    private final List<GroupPolls> polls;
    private @Nullable Made made;
    private @Nullable DeviceReadPlan told;
    private long toldNanos;
    private long sequence;
    private boolean waiting;

    private Followed(Unit unit, List<GroupPolls> polls) {
      this.unit = unit;
      this.polls = List.copyOf(polls);
    }

    private boolean mayTell(long now) {
      return told == null || now - toldNanos >= LEAST_PAUSE.toNanos();
    }

    private void look() {
      long now = wiring.time().monotonicNanos();
      if (waiting || Made.of(unit, now).equals(made)) {
        return;
      }
      if (mayTell(now)) {
        tellNews(now);
      } else {
        waiting = true;
        agenda.at(toldNanos + LEAST_PAUSE.toNanos(), PlanNews.this, this::lookAgain);
      }
    }

    private void lookAgain() {
      waiting = false;
      look();
    }

    private void tellNews(long now) {
      if (new PlanReport(unit, polls, now).withoutTimes().equals(told)) {
        made = Made.of(unit, now);
      } else {
        tell(now);
      }
    }

    private void tell(long now) {
      if (!lease.isValid()) {
        return;
      }
      PlanReport report = new PlanReport(unit, polls, now);
      made = Made.of(unit, now);
      told = report.withoutTimes();
      toldNanos = now;
      Answers.Stamp stamp = new Answers.Stamp(lease.token(), epoch, ++sequence);
      wiring.bus().publish(Address.readPlans(site), report.stamped(stamp));
    }
  }
}
