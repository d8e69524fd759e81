package dev.voltbus.acquisition;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.QualityReason;
import java.time.Duration;

/// One device on its link during one turn: how it stands, what it may cost, how fast it is asked.
/// The figures themselves are values; this is where they are kept.
final class Unit {
  private static final Duration SHORTEST_PROBE = Duration.ofMillis(20);
  private static final Duration FIRST_PROBE = Duration.ofMillis(250);
  private static final int SLOWEST_TIMES = 4;
  private static final int PROBES_TO_LONG = 16;
  private static final double MOST_OF_PERIOD = 0.5;
  private static final double SAFE_PART = 0.8;
  private static final int TYPICAL_TIMES = 3;

  private final Device device;
  private final Duration timeout;
  private final Duration neighboursPeriod;
  private final Duration lateness;
  private final Duration period;
  private final double share;
  private Standing standing = Standing.UNTRIED;
  private BusBudget budget;
  private Pace pace = Pace.FULL;
  private RoundTrips trips = RoundTrips.NONE;
  private PlanState plan;
  private Duration tolerance;
  private long quietUntilNanos = Long.MIN_VALUE;
  private String story = "";

  /// @param timeout limit for a request
  /// @param neighboursPeriod shortest poll period of the other units on the link
  /// @param lateness how long it is left alone after a time-out
  Unit(Device device, Duration timeout, Duration neighboursPeriod, Duration lateness, long now) {
    this.device = device;
    this.lateness = lateness;
    this.timeout = timeout;
    this.neighboursPeriod = neighboursPeriod;
    this.tolerance = neighboursPeriod.dividedBy(2);
    this.period = Periods.shortest(device);
    this.share = device.options().busTimePercent() / 100.0;
    this.budget = BusBudget.begin(now);
    this.plan = PlanState.of(device);
  }

  Device device() {
    return device;
  }

  Standing standing() {
    return standing;
  }

  Pace pace() {
    return pace;
  }

  RoundTrips trips() {
    return trips;
  }

  PlanState plan() {
    return plan;
  }

  BusBudget budget() {
    return budget;
  }

  /// Why it was silent when it was last asked.
  String story() {
    return story;
  }

  /// Share of the link's time it used lately.
  double use(long now) {
    return budget.at(now, share, timeout).use();
  }

  /// Sets what is left of the link's time by the others: a request that is longer than their slack
  /// in a period makes them miss polls.
  ///
  /// @param slack 0..1
  void leave(double slack) {
    double part = Math.min(MOST_OF_PERIOD, SAFE_PART * slack);
    tolerance = Duration.ofNanos((long) (neighboursPeriod.toNanos() * part));
  }

  /// Earliest time for its next request: its gap is over, and its debt is paid if the request may
  /// cost the neighbours polls.
  long askableFrom(long now) {
    budget = budget.at(now, share, timeout);
    boolean isLong = expected().compareTo(tolerance) > 0;
    return Math.max(quietUntilNanos, isLong ? now + budget.debtNanos(share) : now);
  }

  private Duration expected() {
    return isTrusted() ? Duration.ofNanos((long) trips.average()) : nextTimeout();
  }

  private boolean isTrusted() {
    return standing.phase() == Standing.Phase.ANSWERING && !standing.doubted();
  }

  /// Time limit of the next request: the full one for a unit that answers, a short one for a
  /// suspect whose silence would cost its neighbours polls, unless its credit pays for that.
  Duration nextTimeout() {
    if (isTrusted() || timeout.compareTo(tolerance) <= 0 || budget.affords(timeout)) {
      return timeout;
    }
    Duration usual = trips.slowest().multipliedBy(SLOWEST_TIMES);
    Duration free = Duration.ofNanos((long) (tolerance.toNanos() * SAFE_PART));
    Duration probe = shorter(timeout, longer(longer(usual, free), leastProbe()));
    return probe.compareTo(tolerance) > 0 && isTurnOfLongProbe() ? timeout : probe;
  }

  /// Where even short probes cost the neighbours something, credit is never saved up.
  private boolean isTurnOfLongProbe() {
    return standing.probes() % PROBES_TO_LONG == PROBES_TO_LONG - 1 && budget.creditNanos() >= 0;
  }

  private Duration leastProbe() {
    return standing.phase() == Standing.Phase.UNTRIED
        ? longer(FIRST_PROBE, tolerance.multipliedBy(2))
        : SHORTEST_PROBE;
  }

  /// Takes in what became of a request.
  ///
  /// @param words how many were asked for
  /// @param typicalNanos what a request of its neighbours takes
  void took(Outcome outcome, int words, Timing timing, double typicalNanos) {
    long now = timing.endedNanos();
    if (timing.connected()) {
      long took = timing.nanos();
      budget = budget.at(now, share, timeout).spend(took, cost(took, typicalNanos));
    }
    quietUntilNanos = now + device.options().gap().toNanos();
    if (outcome instanceof Outcome.Read && timing.connected()) {
      trips = trips.with(words, timing.nanos());
    }
    if (outcome.isAnswer()) {
      standing = standing.heard(now);
    } else if (outcome instanceof Outcome.Silent(String why)) {
      standing = standing.doubt();
      quietUntilNanos = Math.max(quietUntilNanos, now + lateness.toNanos());
      story = why;
    }
  }

  private double cost(long tookNanos, double typicalNanos) {
    return tookNanos <= tolerance.toNanos()
        ? 0
        : Math.max(0, tookNanos - TYPICAL_TIMES * typicalNanos);
  }

  /// Whether a request that was not answered may be repeated in this cycle.
  boolean mayRetry() {
    return standing.phase() == Standing.Phase.ANSWERING
        && (nextTimeout().compareTo(tolerance) <= 0 || budget.debtNanos(share) == 0);
  }

  /// Learns from a poll what can be read and what not.
  ///
  /// @param jitter 0..1
  void learn(GroupPolls poll, PollRun run, double jitter, long now) {
    for (Bisection.Finding finding : run.findings()) {
      plan = plan.learn(finding, now, poll.group().period(), jitter);
    }
    for (Place place : run.released()) {
      plan = plan.release(place, now);
    }
    plan = plan.at(now, trips);
  }

  /// A cycle is over.
  ///
  /// @param allowance share of the link's time that probes may take
  /// @param jitter 0..1
  void cycleEnded(PollRun run, double allowance, double jitter, long now) {
    if (run.isHeard()) {
      pace = run.isTroubled() ? slower(run) : pace.faster();
    } else if (run.ending() == QualityReason.NO_ANSWER) {
      standing = standing.silentCycle();
      long pausedUntil = now + pause(allowance, jitter).toNanos();
      standing = standing.probedAt(Math.max(pausedUntil, askableFrom(now)));
    } else {
      standing = standing.failedCycle();
    }
  }

  private Pace slower(PollRun run) {
    return run.answers().anyRead() ? pace.slower() : pace.slowerInVain();
  }

  /// A quarter of the period at first, two periods at most, longer where the link is busy.
  private Duration pause(double allowance, double jitter) {
    Duration most = period.multipliedBy(2);
    Duration grown = Backoff.pause(period.dividedBy(4), most, standing.probes() - 1, jitter);
    long paid = (long) (nextTimeout().toNanos() / allowance * (1 + jitter / 4));
    return longer(grown, shorter(Duration.ofNanos(paid), timeout.multipliedBy(100)));
  }

  /// A cycle was not asked.
  void cycleFailed() {
    standing = standing.failedCycle();
  }

  /// A suspect need not wait for its next probe.
  void probeNow() {
    if (standing.isSuspect()) {
      standing = standing.probeNow();
    }
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }
}
