package dev.voltbus.mqtt;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// A fixed grid of moments: late ticks do not move the later ones, missed ones are left out.
record IntervalGrid(long originNanos, long stepNanos) {

  static IntervalGrid from(long originNanos, Duration step) {
    return new IntervalGrid(originNanos, step.toNanos());
  }

  /// Milliseconds to the next moment of the grid, at least 1.
  long millisToNext(long nowNanos) {
    long past = Math.floorMod(nowNanos - originNanos, stepNanos);
    long left = stepNanos - past;
    long up = left + TimeUnit.MILLISECONDS.toNanos(1) - 1;
    return Math.max(1, TimeUnit.NANOSECONDS.toMillis(up));
  }
}
