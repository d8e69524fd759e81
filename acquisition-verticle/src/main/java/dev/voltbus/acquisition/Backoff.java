package dev.voltbus.acquisition;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// The pause before the next connection attempt: doubles from the least to the most, with jitter
/// only downwards, and starts anew after a success.
final class Backoff {
  private static final double LEAST_SHARE = 0.75;

  private final Duration least;
  private final Duration most;
  private final RandomGenerator random;
  private int failures;

  Backoff(Duration least, Duration most, RandomGenerator random) {
    this.least = least;
    this.most = most;
    this.random = random;
  }

  /// Called for each failed attempt.
  Duration next() {
    return pause(least, most, failures++, random.nextDouble());
  }

  /// The pause after so many failures.
  ///
  /// @param jitter 0..1
  static Duration pause(Duration least, Duration most, int failures, double jitter) {
    double doubled = least.toNanos() * Math.pow(2, Math.min(failures, 40));
    double capped = Math.min(doubled, (double) most.toNanos());
    return Duration.ofNanos((long) (capped * (LEAST_SHARE + (1 - LEAST_SHARE) * jitter)));
  }

  /// Called after a success.
  void reset() {
    failures = 0;
  }

  boolean isReset() {
    return failures == 0;
  }
}
