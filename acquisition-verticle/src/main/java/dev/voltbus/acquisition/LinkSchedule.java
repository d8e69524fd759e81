package dev.voltbus.acquisition;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.QualityReason;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Who is asked next on a link: a plain state machine over a given time, without a wire.
///
/// One request at a time; among the polls that are due the one with the earliest deadline goes
/// first, request by request, so that a long poll does not hold up a short one. Units that use more
/// than their part of the link's time come behind the others.
final class LinkSchedule {
  /// What to do now.
  sealed interface Next {
    /// Ask the next request of a poll, then tell [#took].
    record Ask(GroupPolls poll, ReadPlan.Request request, Duration timeout) implements Next {}

    /// A poll has failed without being asked; [#fail] it.
    record Fail(GroupPolls poll, QualityReason reason, String story) implements Next {}

    /// Nothing before this time, unless the connection changes.
    record Idle(long untilNanos) implements Next {}
  }

  private static final double LEAST_ALLOWANCE = 0.03;
  private static final double NO_LIMIT = 1000;

  private final List<Unit> units;
  private final List<GroupPolls> polls;
  private final Missed missed;
  private final RandomGenerator random;
  private boolean down;
  private boolean ending;
  private long retryAtNanos;
  private String downReason = "";

  /// Hears of polls that were left out.
  @FunctionalInterface
  interface Missed {
    void polls(Unit unit, long count);
  }

  LinkSchedule(List<Unit> units, List<GroupPolls> polls, Missed missed, RandomGenerator random) {
    this.units = List.copyOf(units);
    this.polls = List.copyOf(polls);
    this.missed = missed;
    this.random = random;
  }

  void beginAt(long firstDueNanos) {
    polls.forEach(poll -> poll.beginAt(firstDueNanos));
  }

  /// Begins no further poll.
  void end() {
    ending = true;
    polls.stream().filter(poll -> !poll.isBegun()).forEach(GroupPolls::forget);
  }

  /// While the link is down, the next request is there to find out whether it can be had again;
  /// which unit it goes to does not matter, so no unit's silence holds it back.
  Next next(long now) {
    if (!ending) {
      polls.stream().filter(poll -> poll.dueNanos() <= now).forEach(poll -> fallDue(poll, now));
      recallOwed(now);
    }
    measureSlack(now);
    @Nullable GroupPolls best = null;
    for (GroupPolls poll : polls) {
      if (poll.isWaiting()) {
        if (isResting(now)) {
          return new Next.Fail(poll, QualityReason.NO_CONNECTION, downReason);
        }
        if (!down && poll.unit().standing().isHeldBack(now)) {
          return new Next.Fail(poll, QualityReason.NO_ANSWER, poll.unit().story());
        }
        if (poll.unit().askableFrom(now) <= now && (best == null || isBefore(poll, best, now))) {
          best = poll;
        }
      }
    }
    return best == null ? new Next.Idle(nextEvent(now)) : ask(best);
  }

  private void measureSlack(long now) {
    double busy = busy(now);
    for (Unit unit : units) {
      unit.leave(Math.max(0, 1 - busy + (isAnswering(unit) ? unit.use(now) : 0)));
    }
  }

  /// Share of the link's time that units which answer use.
  private double busy(long now) {
    double busy = 0;
    for (Unit unit : units) {
      busy += isAnswering(unit) ? unit.use(now) : 0;
    }
    return busy;
  }

  private static Next ask(GroupPolls poll) {
    PollRun run = runOf(poll);
    run.begin();
    return new Next.Ask(poll, run.next(), poll.unit().nextTimeout());
  }

  private void fallDue(GroupPolls poll, long now) {
    Duration period = poll.unit().pace().stretch(poll.group().period());
    if (poll.isWaiting()) {
      missed.polls(poll.unit(), 1);
    } else {
      poll.startWaiting(poll.dueNanos() + period.toNanos(), now);
    }
    missed.polls(poll.unit(), poll.advance(now, period));
  }

  /// Polls that failed for want of a connection or an answer are tried again by themselves: their
  /// own next time may be far off. One is enough to find out.
  private void recallOwed(long now) {
    if (down && !isResting(now) && polls.stream().noneMatch(GroupPolls::isWaiting)) {
      polls.stream().filter(GroupPolls::isOwed).findFirst().ifPresent(poll -> recall(poll, now));
    }
    if (!down) {
      units.stream()
          .filter(unit -> unit.standing().isSuspect() && !unit.standing().isHeldBack(now))
          .forEach(unit -> recallOne(unit, now));
    }
  }

  private void recallOne(Unit unit, long now) {
    if (ofUnit(unit).noneMatch(GroupPolls::isWaiting)) {
      ofUnit(unit)
          .filter(GroupPolls::isOwed)
          .min(Comparator.comparingLong(GroupPolls::dueNanos))
          .ifPresent(poll -> recall(poll, now));
    }
  }

  private Stream<GroupPolls> ofUnit(Unit unit) {
    return polls.stream().filter(poll -> poll.unit() == unit);
  }

  private void recall(GroupPolls poll, long now) {
    if (!ending) {
      poll.startWaiting(poll.dueNanos(), now);
    }
  }

  private boolean isResting(long now) {
    return down && now < retryAtNanos;
  }

  private boolean isBefore(GroupPolls one, GroupPolls other, long now) {
    boolean greedy = isGreedy(one.unit(), now);
    if (greedy != isGreedy(other.unit(), now)) {
      return !greedy;
    }
    return one.deadlineNanos() < other.deadlineNanos();
  }

  private boolean isGreedy(Unit unit, long now) {
    return units.size() > 1 && unit.use(now) > 1.0 / units.size();
  }

  private long nextEvent(long now) {
    long next = Long.MAX_VALUE;
    for (GroupPolls poll : polls) {
      if (!ending) {
        next = Math.min(next, poll.dueNanos());
      }
      if (poll.isWaiting()) {
        next = Math.min(next, poll.unit().askableFrom(now));
      } else if (poll.isOwed()) {
        next = Math.min(next, down ? retryAtNanos : later(now, poll.unit()));
      }
    }
    return next;
  }

  private static long later(long now, Unit unit) {
    return unit.standing().isHeldBack(now) ? unit.standing().probeAtNanos() : Long.MAX_VALUE;
  }

  /// Takes in what became of a request.
  ///
  /// @return whether the poll is over
  boolean took(Next.Ask asked, Outcome outcome, Timing timing) {
    long now = timing.endedNanos();
    Unit unit = asked.poll().unit();
    boolean returned = unit.standing().isSuspect() && outcome.isAnswer();
    unit.took(outcome, asked.request().count(), timing, typicalNanos(unit));
    PollRun run = runOf(asked.poll());
    run.take(outcome, timing.startedNanos(), now, unit.mayRetry());
    if (run.isDone()) {
      asked.poll().endWaiting(run, !run.isHeard());
      unit.cycleEnded(run, allowance(now), random.nextDouble(), now);
      unit.learn(asked.poll(), run, random.nextDouble(), now);
      polls.stream().filter(poll -> poll.unit() == unit).forEach(GroupPolls::replan);
    }
    if (returned) {
      welcome(unit, now);
    }
    return run.isDone();
  }

  /// What failed while the unit was silent is polled at once, and the other silent ones are tried:
  /// what kept one away may have kept them all.
  private void welcome(Unit unit, long now) {
    ofUnit(unit).filter(GroupPolls::isOwed).toList().forEach(poll -> recall(poll, now));
    units.forEach(Unit::probeNow);
  }

  /// Ends a poll that was not asked, or not to its end.
  PollRun fail(Next.Fail failed) {
    PollRun run = runOf(failed.poll());
    run.giveUp(failed.reason(), failed.story());
    failed.poll().endWaiting(run, !run.isHeard());
    if (!run.isHeard()) {
      failed.poll().unit().cycleFailed();
    }
    return run;
  }

  /// What a request of the other units takes on average, in nanoseconds.
  private double typicalNanos(Unit unit) {
    return units.stream()
        .filter(other -> other != unit && !other.trips().isEmpty())
        .mapToDouble(other -> other.trips().average())
        .average()
        .orElse(0);
  }

  /// The share of the link's time that one suspect's probes may take: half of what the answering
  /// units leave, divided among the suspects.
  private double allowance(long now) {
    if (units.size() == 1) {
      return NO_LIMIT;
    }
    long suspects = units.stream().filter(unit -> unit.standing().isSuspect()).count();
    double free = units.stream().anyMatch(LinkSchedule::isAnswering) ? (1 - busy(now)) / 2 : 1;
    return Math.max(LEAST_ALLOWANCE, free / Math.max(1, suspects));
  }

  private static boolean isAnswering(Unit unit) {
    return unit.standing().phase() == Standing.Phase.ANSWERING;
  }

  /// An attempt to connect failed: until the retry polls fail without the wire.
  void down(String reason, long retryAt) {
    down = true;
    downReason = reason;
    retryAtNanos = retryAt;
  }

  /// There is a connection again: what is owed is polled at once, suspects get a fresh probe.
  void up(long now) {
    if (down) {
      units.forEach(Unit::probeNow);
    }
    down = false;
    polls.stream()
        .filter(poll -> poll.isOwed() && !poll.unit().standing().isSuspect())
        .toList()
        .forEach(poll -> recall(poll, now));
  }

  /// Reads a group ahead of its time.
  void readSoon(Device device, String group, long now) {
    polls.stream()
        .filter(poll -> poll.device().name().equals(device.name()))
        .filter(poll -> poll.group().name().equals(group) && !poll.isWaiting())
        .toList()
        .forEach(poll -> recall(poll, now));
  }

  /// Whether a device cannot be reached, as far as its polls know.
  boolean isSilent(Device device) {
    return down
        || units.stream()
            .filter(unit -> unit.device().name().equals(device.name()))
            .anyMatch(unit -> unit.standing().isSuspect());
  }

  /// Whether any poll waits or is under way.
  boolean isBusy() {
    return polls.stream().anyMatch(GroupPolls::isWaiting);
  }

  private static PollRun runOf(GroupPolls poll) {
    @Nullable PollRun run = poll.run();
    if (run == null) {
      throw new IllegalStateException(
          poll.device().name() + " " + poll.group().name() + ": no poll is under way");
    }
    return run;
  }
}
