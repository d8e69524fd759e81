package dev.voltbus.mapping;

import dev.voltbus.contract.DevicePoll;
import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.PollMark;
import dev.voltbus.contract.Quality;
import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.RegisterBlock;
import dev.voltbus.contract.RegisterCodec;
import dev.voltbus.contract.ScaleFactor;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.WireSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Turns the polls of one device into snapshots. Knows the last value of every register, so that a
/// snapshot is complete although only one poll group was read.
///
/// A register whose read failed keeps its last value. While its neighbours in the group are fresh
/// it counts as stale at once, because the group's read time is not its own; once older than its
/// limit, or never read, it is bad. If the whole group failed, its values grow old by themselves,
/// and faster than their limits say: stale with the second failed poll in a row, bad with the
/// third.
///
/// A value whose scale factor stands in a register of the device is made only from a poll that
/// brought both (see `DevicePoll`). A reading that the register's guard holds back is no value
/// either.
final class DeviceMapper {

  /// What became of a poll.
  sealed interface Outcome permits Mapped, Refused {}

  record Mapped(DeviceSnapshot snapshot) implements Outcome {}

  record Refused(String reason) implements Outcome {}

  private static final byte GOOD = (byte) Quality.GOOD.ordinal();
  private static final byte STALE = (byte) Quality.STALE.ordinal();
  private static final byte BAD = (byte) Quality.BAD.ordinal();
  private static final byte NO_REASON = (byte) QualityReason.NONE.ordinal();
  private static final long NEVER = Long.MIN_VALUE;
  private static final byte FAILURES_TO_STALE = 2;
  private static final byte FAILURES_TO_BAD = 3;

  /// A value is not taken away by cycles alone: at ten polls a second three are nothing.
  private static final long LEAST_AGE_OF_BAD_MILLIS = 1000;

  private static final int NO_EXPONENT = Integer.MIN_VALUE;

  private final String device;
  private final SnapshotLayout layout;
  private final List<PollGroup> groups;
  private final int[][] registersOfGroup;
  private final List<DerivedValue> derived = new ArrayList<>();
  private final @Nullable ReadingGuard[] guards;
  private final HeldReadings heldReadings;
  private final List<Heartbeat> heartbeats = new ArrayList<>();

  private final double[] values;
  private final long[] raws;
  private final byte[] qualities;
  private final byte[] reasons;
  private final byte[] exponents;
  private final short[] words;
  private final long[] goodNanos;
  private final byte[] failures;
  private final long[] groupReadAts;
  private final long[] groupReadNanos;
  private final int[] staleAfter;
  private final int[] unavailableAfter;

  private long token;
  private long epoch;
  private long sequence;

  DeviceMapper(String device, SnapshotLayout layout) {
    this(device, layout, HeldReadings.UNTOLD);
  }

  DeviceMapper(String device, SnapshotLayout layout, HeldReadings heldReadings) {
    this.device = device;
    this.layout = layout;
    this.heldReadings = heldReadings;
    this.groups = layout.map().groups();
    int size = layout.size();
    this.values = new double[size];
    this.raws = new long[size];
    this.qualities = new byte[size];
    this.reasons = new byte[size];
    this.exponents = new byte[layout.hasScaleRegisters() ? size : 0];
    this.guards = new ReadingGuard[size];
    this.words = new short[layout.totalWords()];
    this.goodNanos = new long[size];
    this.failures = new byte[size];
    this.groupReadAts = new long[groups.size()];
    this.groupReadNanos = new long[groups.size()];
    this.staleAfter = new int[groups.size()];
    this.unavailableAfter = new int[groups.size()];
    this.registersOfGroup = new int[groups.size()][];
    Arrays.fill(qualities, BAD);
    Arrays.fill(reasons, (byte) QualityReason.NOT_READ_YET.ordinal());
    Arrays.fill(goodNanos, NEVER);
    Arrays.fill(groupReadNanos, NEVER);
    compilePlans();
  }

  private void compilePlans() {
    for (int g = 0; g < groups.size(); g++) {
      PollGroup group = groups.get(g);
      staleAfter[g] = (int) group.staleAfter().toMillis();
      unavailableAfter[g] = (int) group.unavailableAfter().toMillis();
      registersOfGroup[g] = readRegistersOf(g);
    }
    for (int i = 0; i < layout.size(); i++) {
      if (layout.codec(i) == null) {
        derived.add(DerivedValue.compile(layout, i));
      }
      if (layout.spec(i).guard().isActive()) {
        guards[i] = new ReadingGuard(layout.spec(i).guard());
      }
      @Nullable Duration movesWithin = layout.spec(i).guard().movesWithin();
      if (movesWithin != null) {
        heartbeats.add(new Heartbeat(i, layout.groupOf(i), movesWithin));
      }
    }
  }

  private int[] readRegistersOf(int group) {
    return java.util.stream.IntStream.range(0, layout.size())
        .filter(i -> layout.codec(i) != null && layout.groupOf(i) == group)
        .toArray();
  }

  /// Takes a poll in.
  ///
  /// @param now monotonic nanoseconds of its arrival
  Outcome map(DevicePoll poll, long now) {
    int group = groupIndex(poll.group());
    if (group < 0) {
      return new Refused("poll group " + poll.group() + " is not in the register map");
    }
    if (poll.token() < token) {
      return new Refused("token " + poll.token() + " is lower than " + token);
    }
    if (poll.token() == token && poll.epoch() == epoch && poll.sequence() <= sequence) {
      return new Refused("sequence " + poll.sequence() + " is not above " + sequence);
    }
    token = poll.token();
    epoch = poll.epoch();
    sequence = poll.sequence();
    staleAfter[group] = poll.staleAfterMillis();
    unavailableAfter[group] = poll.unavailableAfterMillis();
    read(poll, group, now);
    derive();
    return new Mapped(snapshot(now, poll.keptMillis()));
  }

  private int groupIndex(String name) {
    for (int i = 0; i < groups.size(); i++) {
      if (groups.get(i).name().equals(name)) {
        return i;
      }
    }
    return -1;
  }

  private void read(DevicePoll poll, int group, long now) {
    long readNanos = now - TimeUnit.MILLISECONDS.toNanos(poll.ageMillis());
    @Nullable RegisterBlock oldest = oldestRead(poll.blocks());
    if (oldest != null) {
      groupReadAts[group] = oldest.readAt();
      groupReadNanos[group] = readNanos;
    } else {
      noteAbsence(group);
    }
    for (int index : registersOfGroup[group]) {
      readRegister(poll.blocks(), index, readNanos, oldest != null, now);
    }
    for (Heartbeat heartbeat : heartbeats) {
      boolean readNow = failures[heartbeat.index()] == 0 && oldest != null;
      if (heartbeat.group() == group && readNow) {
        listen(heartbeat, now);
      }
    }
  }

  /// Words that come again and again without a change are no news of the device.
  private void listen(Heartbeat heartbeat, long now) {
    heartbeat.read(raws[heartbeat.index()], goodNanos[heartbeat.index()]);
    long frozen = heartbeat.frozenNanos(now);
    if (frozen > 0) {
      int group = heartbeat.group();
      long most = TimeUnit.MILLISECONDS.toNanos(unavailableAfter[group] - staleAfter[group]);
      freeze(group, frozen >= most ? BAD : STALE);
    }
  }

  private void freeze(int group, byte quality) {
    for (int index : registersOfGroup[group]) {
      if (qualities[index] == GOOD) {
        qualities[index] = quality;
        reasons[index] = (byte) QualityReason.FROZEN.ordinal();
        values[index] = quality == BAD ? 0 : values[index];
      }
    }
  }

  private void noteAbsence(int group) {
    for (int index : registersOfGroup[group]) {
      @Nullable ReadingGuard guard = guards[index];
      if (guard != null) {
        guard.deviceWasAway();
      }
    }
  }

  private static @Nullable RegisterBlock oldestRead(List<RegisterBlock> blocks) {
    @Nullable RegisterBlock oldest = null;
    for (int i = 0; i < blocks.size(); i++) {
      RegisterBlock block = blocks.get(i);
      if (block.isRead() && (oldest == null || block.readAt() < oldest.readAt())) {
        oldest = block;
      }
    }
    return oldest;
  }

  private void readRegister(
      List<RegisterBlock> blocks, int index, long readNanos, boolean groupIsFresh, long now) {
    @Nullable RegisterCodec codec = layout.codec(index);
    if (codec == null) {
      return;
    }
    WireSource wire = codec.wire();
    @Nullable RegisterCodec scale = scaleOf(index);
    WireSource other = scale == null ? wire : scale.wire();
    @Nullable RegisterBlock both = blockOf(blocks, wire, other);
    @Nullable RegisterBlock block = both == null ? blockOf(blocks, wire, wire) : both;
    @Nullable RegisterBlock factor = both == null ? blockOf(blocks, other, other) : both;
    if (block != null && block.isRead() && factor != null && factor.isRead()) {
      block.copyTo(wire.address(), wire.words(), words, layout.wordsAt(index));
      decode(codec, index, scale == null ? 0 : exponent(scale, factor), readNanos, now);
      return;
    }
    failures[index] = (byte) Math.min(FAILURES_TO_BAD, failures[index] + 1);
    if (groupIsFresh || goodNanos[index] == NEVER || failures[index] >= FAILURES_TO_STALE) {
      fail(index, missing(block), now);
    }
  }

  private @Nullable RegisterCodec scaleOf(int index) {
    int scale = layout.scaleOf(index);
    return scale < 0 ? null : layout.codec(scale);
  }

  /// The block that brought both places in one answer.
  private static @Nullable RegisterBlock blockOf(
      List<RegisterBlock> blocks, WireSource wire, WireSource other) {
    for (int i = 0; i < blocks.size(); i++) {
      RegisterBlock block = blocks.get(i);
      if (block.covers(wire.table(), wire.address(), wire.words())
          && block.covers(other.table(), other.address(), other.words())) {
        return block;
      }
    }
    return null;
  }

  /// Why there is no value: its own block, or that of its scale factor, did not come.
  private static QualityReason missing(@Nullable RegisterBlock block) {
    if (block == null) {
      return QualityReason.NOT_READ_YET;
    }
    return block.isRead() ? QualityReason.SCALE_UNKNOWN : block.reason();
  }

  /// What the scale-factor register says, or `NO_EXPONENT`.
  private static int exponent(RegisterCodec scale, RegisterBlock block) {
    WireSource wire = scale.wire();
    short[] read = new short[wire.words()];
    block.copyTo(wire.address(), wire.words(), read, 0);
    long raw = scale.raw(read, 0);
    boolean valid = scale.check(raw) == QualityReason.NONE && ScaleFactor.isValid(raw);
    return valid ? (int) raw : NO_EXPONENT;
  }

  private void decode(RegisterCodec codec, int index, int exponent, long readNanos, long now) {
    long raw = codec.raw(words, layout.wordsAt(index));
    QualityReason reason = codec.check(raw);
    if (reason == QualityReason.NONE && exponent == NO_EXPONENT) {
      reason = QualityReason.SCALE_UNKNOWN;
    }
    double value = reason == QualityReason.NONE ? codec.value(raw, exponent) : 0;
    @Nullable ReadingGuard guard = guards[index];
    if (reason == QualityReason.NONE && guard != null) {
      reason = judge(guard, index, value, readNanos);
      if (reason != QualityReason.NONE && guard.keepsLast()) {
        fail(index, reason, now);
        return;
      }
    }
    boolean good = reason == QualityReason.NONE;
    raws[index] = raw;
    values[index] = good ? value : 0;
    qualities[index] = good ? GOOD : BAD;
    reasons[index] = (byte) reason.ordinal();
    goodNanos[index] = readNanos;
    failures[index] = 0;
    if (exponents.length > 0) {
      exponents[index] = (byte) (good ? exponent : 0);
    }
  }

  private QualityReason judge(ReadingGuard guard, int index, double value, long readNanos) {
    QualityReason reason = guard.judge(value, readNanos);
    if (reason == QualityReason.NONE) {
      heldReadings.taken(index);
    } else {
      heldReadings.held(index, value, reason, words);
    }
    return reason;
  }

  private void fail(int index, QualityReason reason, long now) {
    boolean tooOld = goodNanos[index] == NEVER || isTooOld(index, now);
    if (tooOld) {
      values[index] = 0;
    }
    qualities[index] = tooOld || qualities[index] == BAD ? BAD : STALE;
    reasons[index] = (byte) reason.ordinal();
  }

  private boolean isTooOld(int index, long now) {
    long age = TimeUnit.NANOSECONDS.toMillis(now - goodNanos[index]);
    return age >= unavailableAfter[layout.groupOf(index)]
        || (failures[index] >= FAILURES_TO_BAD && age >= LEAST_AGE_OF_BAD_MILLIS);
  }

  private void derive() {
    for (int i = 0; i < derived.size(); i++) {
      DerivedValue value = derived.get(i);
      int index = value.index();
      QualityReason reason = value.reason(qualities, reasons, values);
      boolean usable = reason == QualityReason.NONE;
      values[index] = usable ? value.compute(values, raws, qualities) : 0;
      raws[index] = usable ? value.raw(values[index], raws) : 0;
      qualities[index] = usable ? value.quality(qualities) : BAD;
      reasons[index] =
          usable && qualities[index] != GOOD
              ? (byte) QualityReason.SOURCE_NOT_GOOD.ordinal()
              : usable ? NO_REASON : (byte) reason.ordinal();
    }
  }

  private DeviceSnapshot snapshot(long now, int keptMillis) {
    int[] ages = new int[groups.size()];
    for (int g = 0; g < ages.length; g++) {
      long age = groupReadNanos[g] == NEVER ? 0 : now - groupReadNanos[g];
      ages[g] = (int) Math.min(Integer.MAX_VALUE, TimeUnit.NANOSECONDS.toMillis(age));
    }
    return new DeviceSnapshot(
        device,
        layout.id(),
        new PollMark(token, epoch, sequence),
        new DeviceSnapshot.Columns(
            values.clone(),
            raws.clone(),
            qualities.clone(),
            reasons.clone(),
            words.clone(),
            groupReadAts.clone(),
            ages,
            staleAfter.clone(),
            unavailableAfter.clone(),
            exponents.clone()),
        keptMillis);
  }
}
