package dev.voltbus.command;

import dev.voltbus.contract.Limits;
import org.jspecify.annotations.Nullable;

/// A limit that a command has set, and its end.
///
/// @param charge A; null leaves charging at its base
/// @param discharge A; null leaves discharging at its base
/// @param endNanos monotonic time from which on it no longer holds
record TimedLimit(@Nullable Double charge, @Nullable Double discharge, long endNanos) {
  TimedLimit {
    if (charge == null && discharge == null) {
      throw new IllegalArgumentException("a limit needs charge, discharge or both");
    }
  }

  /// Both limits as they were asked for.
  Limits asked() {
    return new Limits(charge, discharge);
  }

  boolean isOver(long nowNanos) {
    return nowNanos - endNanos >= 0;
  }

  /// What is wanted in each direction.
  Amperes over(Amperes base) {
    return new Amperes(
        charge == null ? base.charge() : charge, discharge == null ? base.discharge() : discharge);
  }
}
