package dev.voltbus.mqtt;

import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.Quality;
import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.ReceivedSnapshot;
import dev.voltbus.contract.SnapshotLayout;
import java.util.Arrays;
import java.util.List;

/// A device that reads whatever is wanted, to see what would be made of it.
final class TrialReadings {
  private static final long EPOCH = 9_999_999_999_999L;
  private static final long SEQUENCE = 999_999_999_999L;

  private final String device;
  private final SnapshotLayout layout;
  private final Moment now;
  private final List<List<Extreme>> extremes;
  private final double[] values;
  private final long[] raws;
  private final byte[] qualities;
  private final byte[] reasons;
  private final short[] words;
  private final byte[] exponents;

  /// @param now when everything was read
  TrialReadings(String device, SnapshotLayout layout, Moment now) {
    this.device = device;
    this.layout = layout;
    this.now = now;
    this.extremes = Extremes.of(layout);
    this.values = new double[layout.size()];
    this.raws = new long[layout.size()];
    this.qualities = new byte[layout.size()];
    this.reasons = new byte[layout.size()];
    this.words = new short[layout.totalWords()];
    this.exponents = new byte[layout.hasScaleRegisters() ? layout.size() : 0];
    putAll(0);
  }

  String device() {
    return device;
  }

  SnapshotLayout layout() {
    return layout;
  }

  int size() {
    return layout.size();
  }

  /// What a register may read.
  List<Extreme> extremes(int index) {
    return extremes.get(index);
  }

  /// How many turns of `putAll` have shown every reading.
  int turns() {
    return extremes.stream().mapToInt(List::size).max().orElse(0);
  }

  /// Lets each register read one of its extremes.
  void putAll(int turn) {
    for (int i = 0; i < size(); i++) {
      put(i, extremes.get(i).get(turn % extremes.get(i).size()));
    }
  }

  /// Lets no register have a value.
  void putAll(QualityReason reason) {
    for (int i = 0; i < size(); i++) {
      put(i, Extreme.none(reason));
    }
  }

  void put(int index, Extreme reading) {
    boolean isGood = reading.reason() == QualityReason.NONE;
    values[index] = reading.value();
    raws[index] = reading.raw();
    qualities[index] = (byte) (isGood ? Quality.GOOD : Quality.BAD).ordinal();
    reasons[index] = (byte) reading.reason().ordinal();
    if (exponents.length > 0) {
      exponents[index] = (byte) reading.exponent();
    }
    int end = index + 1 < size() ? layout.wordsAt(index + 1) : words.length;
    Arrays.fill(words, layout.wordsAt(index), end, (short) reading.word());
  }

  /// All of it as one poll.
  ReceivedSnapshot received() {
    int groups = layout.map().groups().size();
    long[] readAts = new long[groups];
    int[] never = new int[groups];
    Arrays.fill(readAts, now.wallMillis());
    Arrays.fill(never, Integer.MAX_VALUE);
    DeviceSnapshot.Columns columns =
        new DeviceSnapshot.Columns(
            values.clone(),
            raws.clone(),
            qualities.clone(),
            reasons.clone(),
            words.clone(),
            readAts,
            new int[groups],
            never,
            never,
            exponents.clone());
    DeviceSnapshot poll = new DeviceSnapshot(device, layout.id(), 1, EPOCH, SEQUENCE, columns);
    return new ReceivedSnapshot(poll, layout, now.nanos());
  }
}
