package dev.voltbus.mapping;

import dev.voltbus.contract.Derivation;
import dev.voltbus.contract.Quality;
import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.SnapshotLayout;
import java.util.TreeMap;

/// A derivation compiled for one layout: indexes instead of keys, arrays instead of maps.
final class DerivedValue {
  private static final int GOOD = Quality.GOOD.ordinal();
  private static final int STALE = Quality.STALE.ordinal();
  private static final double CLEAN_STEPS = 1e6;
  private static final double EXACT = 9e15;
  private static final int ABSENT = QualityReason.SENSOR_ABSENT.ordinal();

  private final int index;
  private final Derivation.Op op;
  private final int[] sources;
  private final double factor;
  private final long[] codeRaws;
  private final long[] codeNumbers;
  private final long otherwise;

  private DerivedValue(int index, Derivation derivation, int[] sources) {
    this.index = index;
    this.op = derivation.op();
    this.sources = sources;
    this.factor = derivation.factor().doubleValue();
    TreeMap<Long, Long> codes = new TreeMap<>(derivation.codes());
    this.codeRaws = codes.keySet().stream().mapToLong(Long::longValue).toArray();
    this.codeNumbers = codes.values().stream().mapToLong(Long::longValue).toArray();
    this.otherwise = derivation.otherwise();
  }

  static DerivedValue compile(SnapshotLayout layout, int index) {
    if (!(layout.spec(index).source() instanceof Derivation derivation)) {
      throw new IllegalArgumentException(layout.spec(index).key() + " is not derived");
    }
    int[] sources = derivation.of().stream().mapToInt(layout::indexOf).toArray();
    return new DerivedValue(index, derivation, sources);
  }

  int index() {
    return index;
  }

  /// Why there is no value, or `QualityReason.NONE`.
  QualityReason reason(byte[] qualities, byte[] reasons, double[] values) {
    int usable = 0;
    for (int source : sources) {
      if (isUsable(qualities[source])) {
        usable++;
      } else if (!(skipsAbsent() && reasons[source] == ABSENT)) {
        return QualityReason.SOURCE_NOT_GOOD;
      }
    }
    if (usable == 0) {
      return QualityReason.SENSOR_ABSENT;
    }
    return op == Derivation.Op.RATIO && values[sources[1]] == 0
        ? QualityReason.DIVIDED_BY_ZERO
        : QualityReason.NONE;
  }

  private boolean skipsAbsent() {
    return switch (op) {
      case MAX, MIN, SUM -> true;
      case PRODUCT, RATIO, DIFFERENCE, LOOKUP -> false;
    };
  }

  private static boolean isUsable(byte quality) {
    return quality == GOOD || quality == STALE;
  }

  /// As good as the worst of its sources.
  byte quality(byte[] qualities) {
    for (int source : sources) {
      if (qualities[source] == STALE) {
        return (byte) STALE;
      }
    }
    return (byte) GOOD;
  }

  /// The value, where `reason` found none against it.
  double compute(double[] values, long[] raws, byte[] qualities) {
    if (op == Derivation.Op.LOOKUP) {
      return lookup(raws[sources[0]]);
    }
    double result = 0;
    boolean first = true;
    for (int source : sources) {
      if (isUsable(qualities[source])) {
        result = first ? values[source] : combine(result, values[source]);
        first = false;
      }
    }
    return clean(result * factor);
  }

  /// Takes away what binary arithmetic adds behind the sixth decimal: 1689.5322, not
  /// 1689.5321999999999.
  private static double clean(double result) {
    double scaled = result * CLEAN_STEPS;
    return (Math.abs(scaled) < EXACT ? Math.rint(scaled) / CLEAN_STEPS : result) + 0.0;
  }

  private double combine(double left, double right) {
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

  private long lookup(long raw) {
    int at = java.util.Arrays.binarySearch(codeRaws, raw);
    return at < 0 ? otherwise : codeNumbers[at];
  }

  /// The raw number shown: the source's for a lookup, else the value without its fraction.
  long raw(double value, long[] raws) {
    return op == Derivation.Op.LOOKUP ? raws[sources[0]] : (long) value;
  }
}
