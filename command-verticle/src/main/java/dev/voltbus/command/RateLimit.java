package dev.voltbus.command;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How often something may happen for each of several names: so many at once, then so many a
/// second.
final class RateLimit {
  private static final int MOST_NAMES = 1_000;
  private static final double NANOS = 1e9;

  private final double perSecond;
  private final int burst;
  private final Map<String, Bucket> buckets =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
          return size() > MOST_NAMES;
        }
      };

  private record Bucket(double left, long atNanos) {}

  RateLimit(double perSecond, int burst) {
    this.perSecond = perSecond;
    this.burst = burst;
  }

  /// Whether it may happen once more now; counts it if so.
  boolean take(String name, long nowNanos) {
    @Nullable Bucket before = buckets.get(name);
    double left =
        before == null
            ? burst
            : Math.min(burst, before.left + (nowNanos - before.atNanos) / NANOS * perSecond);
    boolean may = left >= 1;
    buckets.put(name, new Bucket(may ? left - 1 : left, nowNanos));
    return may;
  }

  String bound() {
    return Math.round(perSecond) + " a second, " + burst + " at once";
  }
}
