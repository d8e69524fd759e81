package dev.voltbus.acquisition;

import java.time.Duration;

/// How fast a unit is asked, as a value: halved when it is busy or leaves a request unanswered, and
/// raised in small steps while it keeps up (additive increase, multiplicative decrease).
///
/// @param factor share of the configured poll rate, 1/8..1
record Pace(double factor) {
  private static final double SLOWEST = 0.125;
  private static final double SLOWEST_IN_VAIN = 0.5;
  private static final double STEP = 0.05;

  static final Pace FULL = new Pace(1);

  /// After a cycle in which it answered some requests and others not, or not in time.
  Pace slower() {
    return new Pace(Math.max(SLOWEST, factor / 2));
  }

  /// After a cycle in which it was busy throughout: to ask even less would only delay the news that
  /// it is ready.
  Pace slowerInVain() {
    return new Pace(Math.max(Math.min(factor, SLOWEST_IN_VAIN), factor / 2));
  }

  /// After a cycle without trouble.
  Pace faster() {
    return factor >= 1 ? this : new Pace(Math.min(1, factor + STEP));
  }

  boolean isFull() {
    return factor >= 1;
  }

  Duration stretch(Duration period) {
    return isFull() ? period : Duration.ofNanos((long) (period.toNanos() / factor));
  }
}
