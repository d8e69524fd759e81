package dev.voltbus.acquisition;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// What a unit may cost its neighbours, as a value.
///
/// Requests that are short beside the neighbours' poll periods cost them nothing and are free. One
/// that is longer makes them miss polls: it is paid from a credit, which grows by the unit's share
/// of the time. Short of credit, the unit waits.
///
/// @param creditNanos time it may still cost; negative is a debt
/// @param use share of the link's time it used lately, 0..1, over about five seconds
/// @param atNanos monotonic time of these figures
record BusBudget(double creditNanos, double use, long atNanos) {
  private static final double WINDOW_NANOS = TimeUnit.SECONDS.toNanos(5);

  static BusBudget begin(long now) {
    return new BusBudget(0, 0, now);
  }

  /// The figures at a later time.
  ///
  /// @param share how much of the time becomes credit, 0..1
  /// @param most credit that can be saved up
  BusBudget at(long now, double share, Duration most) {
    double passed = Math.max(0, now - atNanos);
    double credit = Math.min((double) most.toNanos(), creditNanos + passed * share);
    return new BusBudget(credit, use * Math.exp(-passed / WINDOW_NANOS), now);
  }

  /// After a request.
  ///
  /// @param tookNanos time it held the link
  /// @param costNanos what of it is to be paid for
  BusBudget spend(long tookNanos, double costNanos) {
    return new BusBudget(creditNanos - costNanos, use + tookNanos / WINDOW_NANOS, atNanos);
  }

  /// How long until a debt is paid back; 0 without one.
  long debtNanos(double share) {
    return creditNanos >= 0 ? 0 : (long) Math.ceil(-creditNanos / share);
  }

  boolean affords(Duration length) {
    return creditNanos >= length.toNanos();
  }
}
