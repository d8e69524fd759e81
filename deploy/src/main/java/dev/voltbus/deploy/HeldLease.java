package dev.voltbus.deploy;

import dev.voltbus.contract.Lease;
import dev.voltbus.contract.Shard;
import dev.voltbus.contract.TimeSource;
import java.util.concurrent.TimeUnit;

/// A lease as its holder sees it: valid for some time after the start of its last renewal, whatever
/// the cluster says. To be asked on any thread.
final class HeldLease implements Lease {
  private static final long MOST_DRIFT_MILLIS = 1_000;

  private final Shard shard;
  private final long token;
  private final boolean isTakenOver;
  private final TimeSource time;
  private final long validNanos;
  private long untilNanos;
  private long checkedNanos;
  private long checkedMillis;
  private boolean isLost;

  /// @param isTakenOver whether somebody held it before
  /// @param startedNanos when the step was sent that took it
  HeldLease(
      Shard shard,
      long token,
      boolean isTakenOver,
      TimeSource time,
      LeaseTimes times,
      long startedNanos) {
    this.shard = shard;
    this.token = token;
    this.isTakenOver = isTakenOver;
    this.time = time;
    this.validNanos = times.valid().minus(times.margin()).toNanos();
    this.untilNanos = startedNanos + validNanos;
    this.checkedNanos = time.monotonicNanos();
    this.checkedMillis = time.wallMillis();
  }

  @Override
  public Shard shard() {
    return shard;
  }

  @Override
  public long token() {
    return token;
  }

  @Override
  public boolean isTakenOver() {
    return isTakenOver;
  }

  /// A machine that was suspended may have a monotonic clock that stood still meanwhile: two clocks
  /// that moved apart end the lease.
  @Override
  public synchronized boolean isValid() {
    long nanos = time.monotonicNanos();
    long millis = time.wallMillis();
    long apart = millis - checkedMillis - TimeUnit.NANOSECONDS.toMillis(nanos - checkedNanos);
    checkedNanos = nanos;
    checkedMillis = millis;
    isLost |= Math.abs(apart) > MOST_DRIFT_MILLIS || nanos - untilNanos >= 0;
    return !isLost;
  }

  /// A renewal was confirmed. One that comes when the lease was over already changes nothing.
  ///
  /// @param startedNanos when it was sent
  synchronized void renewed(long startedNanos) {
    if (isValid() && startedNanos + validNanos - untilNanos > 0) {
      untilNanos = startedNanos + validNanos;
    }
  }

  synchronized void lose() {
    isLost = true;
  }
}
