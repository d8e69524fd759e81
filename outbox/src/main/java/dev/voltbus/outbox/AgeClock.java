package dev.voltbus.outbox;

import dev.voltbus.contract.TimeSource;
import java.util.concurrent.TimeUnit;

/// Judges the age of records, which carry wall time because they outlive the process. Wall time
/// that is set while the process runs must not make them older at a stroke: it counts no more than
/// has passed by monotonic time.
final class AgeClock {
  private final TimeSource time;
  private final long wallAtStart;
  private final long nanosAtStart;

  AgeClock(TimeSource time) {
    this.time = time;
    this.wallAtStart = time.wallMillis();
    this.nanosAtStart = time.monotonicNanos();
  }

  long nowMillis() {
    long passed = TimeUnit.NANOSECONDS.toMillis(time.monotonicNanos() - nanosAtStart);
    return Math.min(time.wallMillis(), wallAtStart + passed);
  }
}
