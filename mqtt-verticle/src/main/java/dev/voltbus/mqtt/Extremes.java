package dev.voltbus.mqtt;

import dev.voltbus.contract.Derivation;
import dev.voltbus.contract.Guard;
import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.RegisterCodec;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.WireType;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// The readings among which those stand that a register shows with the most characters, and with
/// the fewest: the ends of what its bits can say, and what lies beside them, since 6553.5 is longer
/// than 6554.
///
/// Two things have no such end. Floating point counts with eight digits before the point, and scale
/// factors of the device from -3 to 3.
final class Extremes {
  private static final int BESIDE = 9;
  private static final int[] EXPONENTS = {-3, 0, 3};

  /// A quotation mark takes two bytes in JSON.
  private static final int LONGEST_TEXT = 0x2222;

  private static final double[] REALS = {
    0, 1, -98_765_432, -98_765.43, -98_765_432.109876, -0.0012345678, -1.0 / 3
  };

  private static final int DERIVED_DECIMALS = 6;
  private static final double DERIVED_STEP = 1e-6;

  private final SnapshotLayout layout;
  private final List<List<Extreme>> found = new ArrayList<>();

  private Extremes(SnapshotLayout layout) {
    this.layout = layout;
  }

  /// The readings of each register, by position; at least one for each.
  static List<List<Extreme>> of(SnapshotLayout layout) {
    Extremes extremes = new Extremes(layout);
    for (int i = 0; i < layout.size(); i++) {
      extremes.found.add(extremes.of(layout.spec(i), layout.codec(i)));
    }
    return extremes.found;
  }

  private List<Extreme> of(RegisterSpec spec, @Nullable RegisterCodec codec) {
    List<Extreme> all =
        spec.source() instanceof Derivation derived
            ? derived(spec, derived)
            : read(spec, Objects.requireNonNull(codec));
    List<Extreme> taken = all.stream().filter(each -> isTaken(each, spec.guard())).toList();
    return taken.isEmpty()
        ? List.of(Extreme.none(QualityReason.SENSOR_ABSENT))
        : distinct(spec, taken);
  }

  private static boolean isTaken(Extreme extreme, Guard guard) {
    BigDecimal value = BigDecimal.valueOf(extreme.value());
    @Nullable BigDecimal min = guard.min();
    @Nullable BigDecimal max = guard.max();
    return (min == null || value.compareTo(min) >= 0) && (max == null || value.compareTo(max) <= 0);
  }

  /// One of those that are equally long.
  private static List<Extreme> distinct(RegisterSpec spec, List<Extreme> all) {
    boolean isBits = spec.source() instanceof WireSource wire && wire.type() == WireType.BITS;
    Map<List<Object>, Extreme> byLength = new LinkedHashMap<>();
    for (Extreme each : all) {
      String number = BigDecimal.valueOf(each.value()).toPlainString();
      String text = spec.presentation().texts().getOrDefault(each.raw(), "");
      List<Object> length =
          List.of(
              number.length(),
              Double.toString(each.value()).length(),
              number.startsWith("-"),
              Long.toString(each.raw()).length(),
              text,
              isBits ? Long.bitCount(each.raw()) : 0,
              each.word(),
              each.exponent());
      byLength.putIfAbsent(length, each);
    }
    return List.copyOf(byLength.values());
  }

  // ---- registers of the device

  private static List<Extreme> read(RegisterSpec spec, RegisterCodec codec) {
    WireType type = codec.wire().type();
    if (type.isText()) {
      return List.of(Extreme.of(0, 0), new Extreme(0, 0, 0, LONGEST_TEXT, QualityReason.NONE));
    }
    List<Extreme> all = new ArrayList<>();
    for (int exponent : spec.scaling().scaleRegister() == null ? new int[] {0} : EXPONENTS) {
      raws(spec, codec)
          .forEach(raw ->
              all.add(
                  new Extreme(codec.value(raw, exponent), raw, exponent, 0, QualityReason.NONE)));
    }
    return all;
  }

  private static LongStream raws(RegisterSpec spec, RegisterCodec codec) {
    WireType type = codec.wire().type();
    if (type.isFloat()) {
      return LongStream.of(reals(type));
    }
    long least = codec.leastRaw();
    long most = codec.mostRaw();
    LongStream ends = LongStream.concat(beside(most), LongStream.concat(beside(least), beside(0)));
    LongStream guarded =
        LongStream.concat(near(spec, spec.guard().min()), near(spec, spec.guard().max()));
    LongStream texts = spec.presentation().texts().keySet().stream().mapToLong(Long::longValue);
    boolean isWide = least == 0 && most < 0; // 64 bits without sign
    return LongStream.concat(ends, LongStream.concat(guarded, texts))
        .filter(raw -> isWide || (raw >= least && raw <= most))
        .filter(raw -> !codec.isAbsent(raw));
  }

  private static long[] reals(WireType type) {
    long[] bits = new long[REALS.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] =
          switch (type) {
            case F16 -> Float.floatToFloat16((float) Math.max(REALS[i], -60_000));
            case F32 -> Float.floatToRawIntBits((float) REALS[i]);
            default -> Double.doubleToRawLongBits(REALS[i]);
          };
    }
    return bits;
  }

  private static LongStream beside(long raw) {
    return LongStream.rangeClosed(-BESIDE, BESIDE).map(step -> raw + step);
  }

  /// The raw numbers around a bound of the values that are taken.
  private static LongStream near(RegisterSpec spec, @Nullable BigDecimal bound) {
    if (bound == null) {
      return LongStream.empty();
    }
    BigDecimal raw =
        bound
            .subtract(spec.scaling().offset())
            .divide(spec.scaling().scale(), 0, RoundingMode.HALF_UP);
    return beside(spec.scaling().negated() ? raw.negate().longValue() : raw.longValue());
  }

  // ---- derived values

  private List<Extreme> derived(RegisterSpec spec, Derivation derived) {
    List<List<Extreme>> sources =
        derived.of().stream().map(key -> found.get(layout.indexOf(key))).toList();
    if (derived.op() == Derivation.Op.LOOKUP) {
      return lookedUp(spec, derived, sources.getFirst());
    }
    List<Double> results = sources.getFirst().stream().map(Extreme::value).toList();
    for (List<Extreme> next : sources.subList(1, sources.size())) {
      results = combined(derived.op(), results, next);
    }
    List<Extreme> all = new ArrayList<>();
    double factor = derived.factor().doubleValue();
    for (double result : results) {
      double value = cleaned(result * factor).doubleValue();
      all.add(Extreme.of(value, (long) value));
      if (derived.op() == Derivation.Op.RATIO) {
        double beside = cleaned(Math.rint(value) - Math.signum(value) * DERIVED_STEP).doubleValue();
        all.add(Extreme.of(beside, (long) beside));
      }
    }
    return all;
  }

  private static List<Extreme> lookedUp(
      RegisterSpec spec, Derivation derived, List<Extreme> source) {
    List<Extreme> all = new ArrayList<>();
    derived.codes().forEach((raw, number) -> all.add(Extreme.of(number.doubleValue(), raw)));
    spec.presentation().texts().keySet().stream()
        .filter(raw -> !derived.codes().containsKey(raw))
        .forEach(raw -> all.add(Extreme.of((double) derived.otherwise(), raw)));
    source.stream()
        .filter(each -> !derived.codes().containsKey(each.raw()))
        .forEach(each -> all.add(Extreme.of((double) derived.otherwise(), each.raw())));
    return all;
  }

  /// The ends of what two values make together, and what has the most decimals.
  private static List<Double> combined(Derivation.Op op, List<Double> lefts, List<Extreme> rights) {
    Map<List<Object>, Double> byLength = new LinkedHashMap<>();
    for (double left : lefts) {
      for (Extreme right : rights) {
        double result = combined(op, left, right.value());
        if (Double.isFinite(result)) {
          String number = cleaned(result).stripTrailingZeros().toPlainString();
          byLength.merge(
              List.of(number.length(), number.startsWith("-")),
              result,
              (one, other) -> Math.abs(one) >= Math.abs(other) ? one : other);
        }
      }
    }
    return byLength.isEmpty() ? List.of(0.0) : List.copyOf(byLength.values());
  }

  private static BigDecimal cleaned(double result) {
    return BigDecimal.valueOf(result).setScale(DERIVED_DECIMALS, RoundingMode.HALF_UP);
  }

  private static double combined(Derivation.Op op, double left, double right) {
    return switch (op) {
      case PRODUCT -> left * right;
      case RATIO -> left / right;
      case SUM -> left + right;
      case DIFFERENCE -> left - right;
      case MAX -> Math.max(left, right);
      case MIN -> Math.min(left, right);
      case LOOKUP -> throw new IllegalStateException("a lookup has one source");
    };
  }
}
