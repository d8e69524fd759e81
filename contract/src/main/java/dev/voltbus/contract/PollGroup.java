package dev.voltbus.contract;

import java.time.Duration;

/// Registers of a device that are read together with one period.
///
/// @param name unique in the device
/// @param period time between two polls, 10 ms to 24 h
/// @param staleAfter age from which a value is stale
/// @param unavailableAfter age from which a value is not shown at all
public record PollGroup(
    String name, Duration period, Duration staleAfter, Duration unavailableAfter) {

  public static final Duration SHORTEST = Duration.ofMillis(10);
  public static final Duration LONGEST = Duration.ofHours(24);

  public PollGroup {
    if (period.compareTo(SHORTEST) < 0 || period.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "poll group " + name + ": period " + period.toMillis() + " ms is not in 10 ms..24 h");
    }
    if (staleAfter.compareTo(period) < 0) {
      throw new IllegalArgumentException(
          "poll group "
              + name
              + ": stale-after "
              + staleAfter.toMillis()
              + " ms is shorter than the period "
              + period.toMillis()
              + " ms");
    }
    if (unavailableAfter.compareTo(staleAfter) < 0) {
      throw new IllegalArgumentException(
          "poll group "
              + name
              + ": unavailable-after "
              + unavailableAfter.toMillis()
              + " ms is shorter than stale-after "
              + staleAfter.toMillis()
              + " ms");
    }
  }

  /// Stale after two missed polls and unavailable after three, with a second of grace for the way.
  public static PollGroup every(String name, Duration period) {
    Duration grace = Duration.ofSeconds(1);
    return new PollGroup(
        name, period, period.multipliedBy(2).plus(grace), period.multipliedBy(3).plus(grace));
  }
}
