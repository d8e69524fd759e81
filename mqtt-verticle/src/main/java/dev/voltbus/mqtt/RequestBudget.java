package dev.voltbus.mqtt;

import dev.voltbus.contract.TimeSource;
import java.util.concurrent.TimeUnit;

/// Bounds how much is done in a second for those who ask from outside.
final class RequestBudget {
  private final TimeSource time;
  private final int perSecond;
  private double left;
  private long filledNanos;

  /// @param perSecond units that come back each second, and the most there can be
  RequestBudget(TimeSource time, int perSecond) {
    this.time = time;
    this.perSecond = perSecond;
    this.left = perSecond;
    this.filledNanos = time.monotonicNanos();
  }

  /// Takes a unit.
  ///
  /// @return false if there is none: nothing may be done now
  boolean take() {
    long now = time.monotonicNanos();
    double fresh = (double) (now - filledNanos) / TimeUnit.SECONDS.toNanos(1) * perSecond;
    left = Math.min(perSecond, left + fresh);
    filledNanos = now;
    if (left < 1) {
      return false;
    }
    left--;
    return true;
  }

  /// Takes units for what was done; if there are fewer, the next seconds pay for it.
  void owe(int units) {
    left -= units;
  }
}
