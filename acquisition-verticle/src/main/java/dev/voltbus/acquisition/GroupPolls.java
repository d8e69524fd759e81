package dev.voltbus.acquisition;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.PollGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One poll group of one unit: its read plan and its place in time.
final class GroupPolls {
  private static final int MOST_PROBES = 4;

  private final Unit unit;
  private final PollGroup group;
  private PlanRules rules;
  private ReadPlan plan;
  private long dueNanos;
  private long deadlineNanos;
  private boolean owed;
  private @Nullable PollRun run;
  private ReadPlan.@Nullable Request last;

  GroupPolls(PollGroup group, Unit unit) {
    this.unit = unit;
    this.group = group;
    this.rules = unit.plan().rules();
    this.plan = ReadPlan.of(unit.device().map(), group.name(), rules);
  }

  boolean isEmpty() {
    return plan.requests().isEmpty() && plan.left().isEmpty();
  }

  /// Sets the first moment of the fixed grid.
  void beginAt(long firstDueNanos) {
    dueNanos = firstDueNanos;
  }

  /// Moves to the next moment of the grid that lies ahead.
  ///
  /// @param period time between two moments
  /// @return how many moments were passed over
  long advance(long now, Duration period) {
    long passed = Math.max(0, now - dueNanos) / period.toNanos();
    dueNanos += (passed + 1) * period.toNanos();
    return passed;
  }

  long dueNanos() {
    return dueNanos;
  }

  /// When the poll that waits should be over: earlier deadlines go first.
  long deadlineNanos() {
    return deadlineNanos;
  }

  /// The poll that waits for the wire or is on it; null if none does.
  @Nullable PollRun run() {
    return run;
  }

  boolean isWaiting() {
    return run != null;
  }

  /// Whether part of a poll was asked already.
  boolean isBegun() {
    return run != null && run.isBegun();
  }

  /// Drops a poll that was not asked.
  void forget() {
    run = null;
  }

  void startWaiting(long deadline, long now) {
    deadlineNanos = deadline;
    PollRun fresh =
        new PollRun(ordered(), unit.device().options().retries(), unit.plan().maySearch(now));
    int probes = 0;
    for (Item item : plan.left()) {
      @Nullable Quarantine kept = unit.plan().quarantined().get(item.place());
      if (probes < MOST_PROBES && kept != null && kept.probeAtNanos() <= now) {
        fresh.probe(item);
        probes++;
      } else {
        fresh.leave(item, kept == null ? "" : kept.text(now));
      }
    }
    run = fresh;
  }

  /// Makes the plan anew where something was learned.
  ///
  /// @return whether it has changed
  boolean replan() {
    PlanRules now = unit.plan().rules();
    if (now.equals(rules)) {
      return false;
    }
    rules = now;
    ReadPlan before = plan;
    plan = ReadPlan.of(unit.device().map(), group.name(), now);
    return !plan.equals(before);
  }

  ReadPlan plan() {
    return plan;
  }

  /// A request that went unanswered is asked last, so that it cannot keep the others out for ever.
  private List<ReadPlan.Request> ordered() {
    List<ReadPlan.Request> requests = new ArrayList<>(plan.requests());
    if (last != null && last.bracket() == 0 && requests.remove(last)) {
      requests.add(last);
    }
    return requests;
  }

  /// @param failed whether the poll brought no answer at all and is owed
  void endWaiting(PollRun ended, boolean failed) {
    owed = failed;
    last = ended.unanswered();
    run = null;
  }

  /// Whether the last poll brought no answer at all and none has begun since.
  boolean isOwed() {
    return owed && run == null;
  }

  Device device() {
    return unit.device();
  }

  Unit unit() {
    return unit;
  }

  PollGroup group() {
    return group;
  }
}
