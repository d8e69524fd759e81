package dev.voltbus.simulator;

import org.jspecify.annotations.Nullable;

/// A fault with the count of what it has seen, if it strikes some requests only.
final class Armed {
  private final Fault fault;
  private final @Nullable Armed inner;
  private int seen;

  Armed(Fault fault) {
    this.fault = fault;
    this.inner = fault instanceof Fault.When when ? new Armed(when.fault()) : null;
  }

  Fault fault() {
    return fault;
  }

  /// The fault that strikes this request; null if it passes.
  @Nullable Fault struckBy(Asked asked) {
    if (inner == null) {
      return fault;
    }
    return strikes((Fault.When) fault, asked) ? inner.struckBy(asked) : null;
  }

  private boolean strikes(Fault.When when, Asked asked) {
    return switch (when) {
      case Fault.Next(int requests, Fault ignored) -> seen < requests && ++seen > 0;
      case Fault.Every(int requests, Fault ignored) -> ++seen % requests == 0;
      case Fault.Touching(int from, int to, Fault ignored) -> asked.touches(from, to);
      case Fault.OnReads(Fault ignored) -> asked.isRead();
      case Fault.OnWrites(Fault ignored) -> asked.isWrite();
    };
  }
}
