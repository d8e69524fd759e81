package dev.voltbus.acquisition;

import dev.voltbus.contract.DeviceReadPlan;
import dev.voltbus.contract.PollGroup;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// What others are told of how a unit is read. Bounded, whatever the register map and the device
/// come up with.
final class PlanReport {
  static final int MOST_REQUESTS = 400;
  static final int MOST_PLACES = 100;
  private static final int MOST_KEYS = 16;
  private static final int LONGEST_TEXT = 300;
  private static final int PERCENT = 100;
  private static final Comparator<Quarantine> BY_PLACE =
      Comparator.comparing(kept -> kept.item().place(), Place.ORDER);

  private final Unit unit;
  private final List<GroupPolls> polls;
  private final long now;

  /// @param polls the poll groups of the unit
  PlanReport(Unit unit, List<GroupPolls> polls, long now) {
    this.unit = unit;
    this.polls = polls;
    this.now = now;
  }

  /// The same for as long as nothing changes but the time.
  DeviceReadPlan withoutTimes() {
    return at(new Answers.Stamp(0, 0, 0), Long.MAX_VALUE);
  }

  DeviceReadPlan stamped(Answers.Stamp stamp) {
    return at(stamp, now);
  }

  private DeviceReadPlan at(Answers.Stamp stamp, long from) {
    Collection<Quarantine> kept = unit.plan().quarantined().values();
    List<DeviceReadPlan.Group> groups = groups();
    return new DeviceReadPlan(
        unit.device().name(),
        stamp.token(),
        stamp.epoch(),
        stamp.sequence(),
        standing(),
        (int) Math.round(unit.pace().factor() * PERCENT),
        limits(from),
        groups,
        kept.stream().sorted(BY_PLACE).limit(MOST_PLACES).map(one -> leftOut(one, from)).toList(),
        requests() - groups.stream().mapToInt(group -> group.requests().size()).sum(),
        Math.max(0, kept.size() - MOST_PLACES));
  }

  private int requests() {
    return polls.stream().mapToInt(poll -> poll.plan().requests().size()).sum();
  }

  private DeviceReadPlan.Standing standing() {
    if (unit.standing().isLost(now, unit.device().options())) {
      return DeviceReadPlan.Standing.LOST;
    }
    return switch (unit.standing().phase()) {
      case UNTRIED -> DeviceReadPlan.Standing.UNTRIED;
      case ANSWERING -> DeviceReadPlan.Standing.ANSWERING;
      case SUSPECT -> DeviceReadPlan.Standing.SUSPECT;
    };
  }

  private DeviceReadPlan.Limits limits(long from) {
    PlanState plan = unit.plan();
    boolean learned = plan.restoreAtNanos() != PlanState.NEVER;
    return new DeviceReadPlan.Limits(
        plan.block(),
        plan.configured().largestBlock(),
        plan.gap(),
        plan.configured().largestGap(),
        plan.worthwhile(),
        learned ? Math.max(1, millisTo(plan.restoreAtNanos(), from)) : 0);
  }

  private static int millisTo(long nanos, long from) {
    return nanos <= from
        ? 0
        : (int) Math.min(Integer.MAX_VALUE, TimeUnit.NANOSECONDS.toMillis(nanos - from));
  }

  private List<DeviceReadPlan.Group> groups() {
    List<DeviceReadPlan.Group> groups = new ArrayList<>();
    int room = MOST_REQUESTS;
    for (GroupPolls poll : polls) {
      List<DeviceReadPlan.Request> requests =
          poll.plan().requests().stream().limit(room).map(PlanReport::request).toList();
      room -= requests.size();
      groups.add(new DeviceReadPlan.Group(poll.group().name(), period(poll.group()), requests));
    }
    return groups;
  }

  private static int period(PollGroup group) {
    return (int) Math.min(Integer.MAX_VALUE, group.period().toMillis());
  }

  private static DeviceReadPlan.Request request(ReadPlan.Request request) {
    return new DeviceReadPlan.Request(
        request.table(),
        request.address(),
        request.count(),
        request.registers(),
        request.bracket(),
        cut(request.end()));
  }

  private static DeviceReadPlan.LeftOut leftOut(Quarantine kept, long from) {
    Place place = kept.item().place();
    return new DeviceReadPlan.LeftOut(
        place.table(),
        place.address(),
        place.count(),
        kept.item().keys().stream().limit(MOST_KEYS).map(PlanReport::cut).toList(),
        cut(kept.story()),
        kept.refusals() + 1,
        millisTo(kept.probeAtNanos(), from));
  }

  private static String cut(String text) {
    return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT - 1) + "…";
  }
}
