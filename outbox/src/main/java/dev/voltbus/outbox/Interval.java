package dev.voltbus.outbox;

import dev.voltbus.contract.TimeSource;
import java.time.Duration;

/// Something that is due again and again. After a failure it is due later and later: the pause
/// doubles up to a longest one.
final class Interval {
  private final TimeSource time;
  private final Duration least;
  private final Duration most;
  private Duration pause;
  private long since;

  Interval(TimeSource time, Duration least, Duration most) {
    this.time = time;
    this.least = least;
    this.most = most;
    this.pause = least;
    this.since = time.monotonicNanos();
  }

  static Interval every(TimeSource time, Duration pause) {
    return new Interval(time, pause, pause);
  }

  boolean isDue() {
    return time.monotonicNanos() - since >= pause.toNanos();
  }

  /// Done; due again after the least pause.
  void restart() {
    pause = least;
    since = time.monotonicNanos();
  }

  /// Failed; due again after twice the pause.
  void backOff() {
    Duration doubled = pause.multipliedBy(2);
    pause = doubled.compareTo(most) < 0 ? doubled : most;
    since = time.monotonicNanos();
  }
}
