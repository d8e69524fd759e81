package dev.voltbus.outbox;

import dev.voltbus.contract.TimeSource;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// A clock that moves only when a test says so; the outbox's thread reads it meanwhile.
final class TestingTime implements TimeSource {
  /// 1 January 2026.
  static final long NEW_YEAR = 1_767_225_600_000L;

  private final AtomicLong wallMillis = new AtomicLong(NEW_YEAR);
  private final AtomicLong nanos = new AtomicLong(987_654_321L);

  /// Both clocks go on.
  void advance(Duration by) {
    setWall(by);
    nanos.addAndGet(by.toNanos());
  }

  /// Somebody sets the wall clock, forward or back.
  void setWall(Duration by) {
    wallMillis.addAndGet(by.toMillis());
  }

  @Override
  public long wallMillis() {
    return wallMillis.get();
  }

  @Override
  public long monotonicNanos() {
    return nanos.get();
  }
}
