package dev.voltbus.acquisition;

import java.time.Duration;

/// How long a register is read back after a write, and with what pauses.
final class LookWindow {
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(20);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);
  private static final int LOOKS_IN_WINDOW = 8;

  /// A silent unit keeps the link for a time limit each time it is asked. Between two attempts to
  /// read back the others get this many times as much.
  private static final int OTHERS_TIMES = 4;

  private final long endNanos;
  private final Duration pause;
  private long askedNanos;

  LookWindow(long now, Duration length) {
    this.askedNanos = now;
    this.endNanos = now + length.toNanos();
    this.pause = between(SHORTEST_PAUSE, length.dividedBy(LOOKS_IN_WINDOW), LONGEST_PAUSE);
  }

  private static Duration between(Duration least, Duration wanted, Duration most) {
    Duration atLeast = wanted.compareTo(least) < 0 ? least : wanted;
    return atLeast.compareTo(most) > 0 ? most : atLeast;
  }

  boolean isOver(long now) {
    return now >= endNanos;
  }

  void ask(long now) {
    askedNanos = now;
  }

  /// Until the next look, after one that showed something.
  Duration afterAnswer(long now) {
    return rest(pause.toNanos(), now);
  }

  /// Until the next look, after one that showed nothing.
  Duration afterFailure(long now) {
    return rest(Math.max(pause.toNanos(), OTHERS_TIMES * (now - askedNanos)), now);
  }

  private Duration rest(long nanos, long now) {
    return Duration.ofNanos(Math.min(endNanos - now, nanos));
  }
}
