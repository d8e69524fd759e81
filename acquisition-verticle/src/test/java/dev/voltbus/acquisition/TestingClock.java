package dev.voltbus.acquisition;

import dev.voltbus.contract.TimeSource;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// A clock that moves only when a test says so, from any thread.
final class TestingClock implements TimeSource {
  private static final long NEW_YEAR = 1_767_225_600_000L;

  private final AtomicLong nanos = new AtomicLong();

  void advance(Duration by) {
    nanos.addAndGet(by.toNanos());
  }

  @Override
  public long wallMillis() {
    return NEW_YEAR + nanos.get() / 1_000_000;
  }

  @Override
  public long monotonicNanos() {
    return nanos.get();
  }
}
