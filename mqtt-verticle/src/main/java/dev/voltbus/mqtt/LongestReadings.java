package dev.voltbus.mqtt;

import dev.voltbus.contract.Derivation;
import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.Guard;
import dev.voltbus.contract.Quality;
import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.ReceivedSnapshot;
import dev.voltbus.contract.RegisterCodec;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.SnapshotLayout;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// A poll of a device in which each register has a value, about as long as it can make one. What
/// the bits do not bound, a floating-point number or a derived one, counts with six digits before
/// the point and a sign.
final class LongestReadings {
  private static final double LONG_NUMBER = -123_456.789;
  private static final short TWO_LETTERS = 0x4141;

  /// 6553.5 is longer than 6554: looked at are those around an end, too.
  private static final long AROUND = 9;

  private LongestReadings() {}

  /// @param now when everything was read
  static ReceivedSnapshot of(String device, SnapshotLayout layout, Moment now) {
    int size = layout.size();
    double[] values = new double[size];
    long[] raws = new long[size];
    for (int i = 0; i < size; i++) {
      RegisterSpec spec = layout.spec(i);
      @Nullable RegisterCodec codec = layout.codec(i);
      if (codec == null || codec.wire().type().isFloat()) {
        raws[i] = named(spec);
        values[i] = number(spec, raws[i]);
      } else {
        raws[i] = longest(spec, codec);
        values[i] = codec.value(raws[i]);
      }
    }
    return poll(device, layout, now, values, raws);
  }

  private static long longest(RegisterSpec spec, RegisterCodec codec) {
    if (codec.wire().type().isText()) {
      return 0;
    }
    if (!spec.presentation().texts().isEmpty()) {
      return named(spec);
    }
    long least = codec.leastRaw();
    long most = codec.mostRaw();
    return LongStream.concat(
            LongStream.rangeClosed(most - AROUND, most),
            LongStream.rangeClosed(least, least + AROUND))
        .filter(raw -> !codec.isAbsent(raw) && isTaken(codec.value(raw), spec.guard()))
        .boxed()
        .max(Comparator.comparingInt(raw -> text(codec.value(raw)).length()))
        .orElse(0L);
  }

  private static boolean isTaken(double value, Guard guard) {
    @Nullable BigDecimal min = guard.min();
    @Nullable BigDecimal max = guard.max();
    return (min == null || value >= min.doubleValue())
        && (max == null || value <= max.doubleValue());
  }

  private static String text(double value) {
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }

  /// The code with the longest name.
  private static long named(RegisterSpec spec) {
    return spec.presentation().texts().entrySet().stream()
        .max(Comparator.comparingInt(each -> each.getValue().length()))
        .map(each -> each.getKey())
        .orElse(0L);
  }

  private static double number(RegisterSpec spec, long raw) {
    return spec.source() instanceof Derivation derived && derived.op() == Derivation.Op.LOOKUP
        ? derived.codes().getOrDefault(raw, derived.otherwise())
        : LONG_NUMBER;
  }

  private static ReceivedSnapshot poll(
      String device, SnapshotLayout layout, Moment now, double[] values, long[] raws) {
    int size = layout.size();
    int groups = layout.map().groups().size();
    byte[] qualities = new byte[size];
    Arrays.fill(qualities, (byte) Quality.GOOD.ordinal());
    byte[] reasons = new byte[size];
    Arrays.fill(reasons, (byte) QualityReason.NONE.ordinal());
    short[] words = new short[layout.totalWords()];
    Arrays.fill(words, TWO_LETTERS);
    long[] readAts = new long[groups];
    Arrays.fill(readAts, now.wallMillis());
    int[] never = new int[groups];
    Arrays.fill(never, Integer.MAX_VALUE);
    DeviceSnapshot.Columns columns =
        new DeviceSnapshot.Columns(
            values,
            raws,
            qualities,
            reasons,
            words,
            readAts,
            new int[groups],
            never,
            never,
            new byte[layout.hasScaleRegisters() ? size : 0]);
    return new ReceivedSnapshot(
        new DeviceSnapshot(device, layout.id(), 1, now.wallMillis(), now.wallMillis(), columns),
        layout,
        now.nanos());
  }
}
