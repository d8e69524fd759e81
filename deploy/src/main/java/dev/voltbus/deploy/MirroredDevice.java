package dev.voltbus.deploy;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.DevicePoll;
import dev.voltbus.contract.RegisterBlock;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.RegisterTable;
import dev.voltbus.contract.WireSource;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The last words of one device, as its polls brought them. Belongs to one event loop.
///
/// Words are shown until they are older than their poll group's `unavailable-after`, or until the
/// third read of them in a row has failed: what is shown is what counts as available elsewhere.
final class MirroredDevice {
  private static final int MOST_BLOCKS = 256;
  private static final int FAILURES_TO_GONE = 3;
  private static final long LEAST_NANOS = TimeUnit.SECONDS.toNanos(1);

  /// What a reader gets.
  sealed interface Shown {

    /// The words, 0..65535 each; of coils and discrete inputs 0 or 1.
    record Fresh(List<Integer> words) implements Shown {
      public Fresh {
        words = List.copyOf(words);
      }
    }

    /// There are such registers, but no words young enough.
    record TooOld() implements Shown {}

    /// No poll of the device reads this address.
    record NotPolled(int address) implements Shown {}
  }

  /// Words of one answer.
  private static final class Held {
    private final RegisterBlock block;
    private final long readNanos;
    private final long endNanos;
    private int failures;

    private Held(RegisterBlock block, long readNanos, long endNanos) {
      this.block = block;
      this.readNanos = readNanos;
      this.endNanos = endNanos;
    }

    boolean isFresh(long now) {
      boolean failed = failures >= FAILURES_TO_GONE && now - readNanos >= LEAST_NANOS;
      return !failed && now - endNanos < 0;
    }
  }

  private final String name;
  private final Map<RegisterTable, BitSet> polled = new EnumMap<>(RegisterTable.class);

  /// The newest first.
  private final List<Held> held = new ArrayList<>();

  private long token;
  private long epoch;
  private long sequence;

  MirroredDevice(Device device) {
    this.name = device.name();
    for (RegisterTable table : RegisterTable.values()) {
      polled.put(table, new BitSet());
    }
    for (RegisterSpec register : device.map().registers()) {
      if (register.source() instanceof WireSource wire) {
        of(wire.table()).set(wire.address(), wire.end());
      }
    }
  }

  private BitSet of(RegisterTable table) {
    return polled.computeIfAbsent(table, none -> new BitSet());
  }

  String name() {
    return name;
  }

  /// Takes a poll in; false if it is repeated or comes from a former owner of the link.
  ///
  /// @param now monotonic nanoseconds of its arrival
  boolean accept(DevicePoll poll, long now) {
    boolean isOlder = poll.epoch() == epoch && poll.sequence() <= sequence;
    if (poll.token() < token || poll.epoch() < epoch || isOlder) {
      return false;
    }
    token = poll.token();
    epoch = poll.epoch();
    sequence = poll.sequence();
    long readNanos = now - TimeUnit.MILLISECONDS.toNanos(poll.ageMillis());
    long endNanos = readNanos + TimeUnit.MILLISECONDS.toNanos(poll.unavailableAfterMillis());
    for (RegisterBlock block : poll.blocks()) {
      take(block, readNanos, endNanos);
    }
    return true;
  }

  private void take(RegisterBlock block, long readNanos, long endNanos) {
    if (!block.isRead()) {
      held.stream().filter(old -> overlaps(old.block, block)).forEach(old -> old.failures++);
      return;
    }
    of(block.table()).set(block.address(), block.address() + block.count());
    held.removeIf(old -> block.covers(old.block.table(), old.block.address(), old.block.count()));
    held.addFirst(new Held(block, readNanos, endNanos));
    if (held.size() > MOST_BLOCKS) {
      held.removeLast();
    }
  }

  private static boolean overlaps(RegisterBlock one, RegisterBlock other) {
    return one.table() == other.table()
        && one.address() < other.address() + other.count()
        && other.address() < one.address() + one.count();
  }

  /// What is at some addresses; all of them or nothing.
  Shown show(RegisterTable table, int address, int count, long now) {
    int gap = of(table).nextClearBit(address);
    if (gap < address + count) {
      return new Shown.NotPolled(gap);
    }
    List<Integer> words = new ArrayList<>(count);
    for (int at = address; at < address + count; at++) {
      @Nullable RegisterBlock newest = newest(table, at, now);
      if (newest == null) {
        return new Shown.TooOld();
      }
      words.add(newest.word(at));
    }
    return new Shown.Fresh(words);
  }

  private @Nullable RegisterBlock newest(RegisterTable table, int address, long now) {
    for (Held each : held) {
      if (each.block.covers(table, address, 1)) {
        return each.isFresh(now) ? each.block : null;
      }
    }
    return null;
  }

  /// The age of the newest words in nanoseconds; nothing if there are none that count.
  OptionalLong age(long now) {
    return held.stream()
        .filter(each -> each.isFresh(now))
        .mapToLong(each -> Math.max(0, now - each.readNanos))
        .min();
  }
}
