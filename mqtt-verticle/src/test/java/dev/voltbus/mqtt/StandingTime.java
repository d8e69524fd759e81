package dev.voltbus.mqtt;

import dev.voltbus.contract.TimeSource;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// A clock that moves only when a test says so, read from any thread.
final class StandingTime implements TimeSource {
  static final long WALL_MILLIS = 1_740_151_200_000L;

  private final AtomicLong passedNanos = new AtomicLong();

  void leap(Duration by) {
    passedNanos.addAndGet(by.toNanos());
  }

  @Override
  public long wallMillis() {
    return WALL_MILLIS + passedNanos.get() / 1_000_000;
  }

  @Override
  public long monotonicNanos() {
    return passedNanos.get();
  }
}
