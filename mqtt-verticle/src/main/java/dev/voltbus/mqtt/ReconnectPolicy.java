package dev.voltbus.mqtt;

import java.time.Duration;

/// How long to wait before the next connection attempt: from 250 ms on, doubling, never longer than
/// the broker's reconnect interval; jitter shortens a pause by up to a quarter and never lengthens
/// it.
///
/// @param longest the reconnect interval; zero means at once
record ReconnectPolicy(Duration longest) {
  private static final long FIRST_MILLIS = 250;
  private static final int MOST_DOUBLINGS = 20;
  private static final double LEAST_SHARE = 0.75;
  private static final Duration AGAINST_TAKEOVER = Duration.ofSeconds(5);

  /// @param failures failed attempts in a row, from 1
  /// @param random 0 (inclusive) to 1 (exclusive)
  long pauseMillis(int failures, double random) {
    long grown = FIRST_MILLIS << Math.min(failures - 1, MOST_DOUBLINGS);
    return jittered(Math.min(grown, longest.toMillis()), random);
  }

  /// The pause while another client with our id keeps taking the session: the longest one, and not
  /// zero even if the broker's settings say "at once".
  long takeoverPauseMillis() {
    return longest.isZero() ? AGAINST_TAKEOVER.toMillis() : longest.toMillis();
  }

  private static long jittered(long pauseMillis, double random) {
    return (long) (pauseMillis * (LEAST_SHARE + (1 - LEAST_SHARE) * random));
  }
}
