package dev.voltbus.acquisition;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.DevicePoll;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.RegisterBlock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/// The blocks of one poll as they come in.
///
/// Values whose scale factor was read before and after them count only if it was the same both
/// times.
final class Answers {
  private static final Comparator<TimedBlock> BY_PLACE =
      Comparator.<TimedBlock>comparingInt(timed -> timed.block().table().ordinal())
          .thenComparingInt(timed -> timed.block().address());

  private final List<TimedBlock> blocks = new ArrayList<>();
  private final Map<Integer, List<TimedBlock>> brackets = new TreeMap<>();
  private long oldestNanos = Long.MAX_VALUE;

  /// Who polled, and which poll it is.
  record Stamp(long token, long epoch, long sequence) {}

  void add(ReadPlan.Request asked, TimedBlock answer, long now) {
    oldestNanos = Math.min(oldestNanos, now);
    if (asked.bracket() == 0) {
      blocks.add(answer);
    } else {
      brackets.computeIfAbsent(asked.bracket(), fresh -> new ArrayList<>()).add(answer);
    }
  }

  void fail(Place place, QualityReason reason, String story) {
    blocks.add(new TimedBlock(failed(place, reason, story), Long.MIN_VALUE));
  }

  private static RegisterBlock failed(Place place, QualityReason reason, String story) {
    return RegisterBlock.failed(place.table(), place.address(), place.count(), reason, story);
  }

  /// Whether any words came.
  boolean anyRead() {
    return oldestNanos != Long.MAX_VALUE;
  }

  /// All blocks in the order of their places.
  List<TimedBlock> blocks() {
    List<TimedBlock> all = new ArrayList<>(blocks);
    brackets.values().forEach(bracket -> all.addAll(settled(bracket)));
    all.sort(BY_PLACE);
    return all;
  }

  private static List<TimedBlock> settled(List<TimedBlock> bracket) {
    RegisterBlock before = bracket.getFirst().block();
    RegisterBlock after = bracket.getLast().block();
    boolean isClosed = bracket.size() > 1 && isSamePlace(before, after);
    boolean isSteady = isClosed && isSame(before, after);
    List<TimedBlock> settled = new ArrayList<>();
    settled.add(isClosed ? bracket.getLast() : bracket.getFirst());
    for (TimedBlock value : bracket.subList(1, bracket.size() - (isClosed ? 1 : 0))) {
      settled.add(isSteady ? value : torn(value, before));
    }
    return settled;
  }

  private static boolean isSamePlace(RegisterBlock one, RegisterBlock other) {
    return one.table() == other.table()
        && one.address() == other.address()
        && one.count() == other.count();
  }

  private static boolean isSame(RegisterBlock before, RegisterBlock after) {
    for (int i = before.address(); i < before.address() + before.count(); i++) {
      if (before.word(i) != after.word(i)) {
        return false;
      }
    }
    return true;
  }

  private static TimedBlock torn(TimedBlock value, RegisterBlock scale) {
    RegisterBlock block = value.block();
    return new TimedBlock(
        RegisterBlock.failed(
            block.table(),
            block.address(),
            block.count(),
            QualityReason.SOURCE_NOT_GOOD,
            "scale factor " + scale.table().word() + " " + scale.address() + " is in doubt"),
        value.startedNanos());
  }

  /// What goes to the bus, to be called at the moment of sending.
  ///
  /// @param admitted judges each block, such as one that is older than a write
  DevicePoll poll(
      Device device, PollGroup group, Stamp stamp, UnaryOperator<TimedBlock> admitted, long now) {
    long age = anyRead() ? TimeUnit.NANOSECONDS.toMillis(now - oldestNanos) : 0;
    return new DevicePoll(
        device.name(),
        group.name(),
        stamp.token(),
        stamp.epoch(),
        stamp.sequence(),
        (int) Math.min(Integer.MAX_VALUE, age),
        millis(group.staleAfter()),
        millis(group.unavailableAfter()),
        blocks().stream().map(admitted).map(TimedBlock::block).toList());
  }

  private static int millis(Duration age) {
    return (int) Math.min(Integer.MAX_VALUE, age.toMillis());
  }
}
