package dev.voltbus.console;

import dev.voltbus.contract.TimeSource;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// A clock that stands still until it is told to go on.
final class TestingTime implements TimeSource {
  private static final long START_MILLIS = 1_790_000_000_000L;

  private final AtomicLong nanos = new AtomicLong();

  void pass(Duration span) {
    nanos.addAndGet(span.toNanos());
  }

  @Override
  public long wallMillis() {
    return START_MILLIS + nanos.get() / 1_000_000;
  }

  @Override
  public long monotonicNanos() {
    return nanos.get();
  }
}
