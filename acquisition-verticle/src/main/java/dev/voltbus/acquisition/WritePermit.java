package dev.voltbus.acquisition;

import dev.voltbus.contract.Lease;
import dev.voltbus.contract.TimeSource;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Whether a write may go out now: asked by the client's thread immediately before the bytes do,
/// because lease and deadline may end while the write waits for the wire.
final class WritePermit implements BooleanSupplier {
  private final Lease lease;
  private final TimeSource time;
  private final long deadlineNanos;
  private volatile @Nullable String refusal;

  WritePermit(Lease lease, TimeSource time, long deadlineNanos) {
    this.lease = lease;
    this.time = time;
    this.deadlineNanos = deadlineNanos;
  }

  @Override
  public boolean getAsBoolean() {
    refusal = judge();
    return refusal == null;
  }

  private @Nullable String judge() {
    if (!lease.isValid()) {
      return "the lease of the link is over";
    }
    return time.monotonicNanos() >= deadlineNanos
        ? "its deadline passed while it waited for the wire"
        : null;
  }

  /// Why it said no; null if it did not.
  @Nullable String refusal() {
    return refusal;
  }
}
