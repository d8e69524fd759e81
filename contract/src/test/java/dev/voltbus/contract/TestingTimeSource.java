package dev.voltbus.contract;

import java.time.Duration;

/// A clock that moves only when a test says so.
public final class TestingTimeSource implements TimeSource {
  private long wallMillis;
  private long nanos;

  private TestingTimeSource(long wallMillis, long nanos) {
    this.wallMillis = wallMillis;
    this.nanos = nanos;
  }

  /// 1 January 2026, with a monotonic origin far from zero.
  public static TestingTimeSource atNewYear() {
    return new TestingTimeSource(1_767_225_600_000L, 987_654_321L);
  }

  /// Both clocks go on.
  public void advance(Duration by) {
    wallMillis += by.toMillis();
    nanos += by.toNanos();
  }

  /// Somebody sets the wall clock; monotonic time is not touched.
  public void setBack(Duration by) {
    wallMillis -= by.toMillis();
  }

  @Override
  public long wallMillis() {
    return wallMillis;
  }

  @Override
  public long monotonicNanos() {
    return nanos;
  }
}
