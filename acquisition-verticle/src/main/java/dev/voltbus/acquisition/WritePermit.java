package dev.voltbus.acquisition;

import dev.voltbus.contract.Lease;
import dev.voltbus.contract.TimeSource;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Whether a write may go out now: asked by the client's thread immediately before the bytes do,
/// because lease and deadline may end, and the connection may be another one, while the write waits
/// for the wire.
final class WritePermit implements BooleanSupplier {
  private final Lease lease;
  private final TimeSource time;
  private final long deadlineNanos;
  private final String awaited;
  private final BooleanSupplier sameConnection;
  private volatile @Nullable String refusal;
  private volatile boolean reconnected;

  /// For a write that may go over any connection, and for what is read before one.
  ///
  /// @param awaited what is waited for, for people
  WritePermit(Lease lease, TimeSource time, long deadlineNanos, String awaited) {
    this(lease, time, deadlineNanos, awaited, () -> true);
  }

  /// @param sameConnection whether what the write was made from was read on the connection of now
  WritePermit(
      Lease lease,
      TimeSource time,
      long deadlineNanos,
      String awaited,
      BooleanSupplier sameConnection) {
    this.lease = lease;
    this.time = time;
    this.deadlineNanos = deadlineNanos;
    this.awaited = awaited;
    this.sameConnection = sameConnection;
  }

  @Override
  public boolean getAsBoolean() {
    refusal = judge();
    reconnected = refusal == null && !sameConnection.getAsBoolean();
    return refusal == null && !reconnected;
  }

  private @Nullable String judge() {
    if (!lease.isValid()) {
      return "the lease of the link is over";
    }
    return time.monotonicNanos() >= deadlineNanos
        ? "its deadline passed while it waited for " + awaited
        : null;
  }

  /// Why it said no for good; null if it did not.
  @Nullable String refusal() {
    return refusal;
  }

  /// Whether it said no because the connection is another one.
  boolean isReconnected() {
    return reconnected;
  }
}
