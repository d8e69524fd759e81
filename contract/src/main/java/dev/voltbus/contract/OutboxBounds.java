package dev.voltbus.contract;

import java.time.Duration;

/// How much a publication keeps on disk through an outage of its broker. Beyond either bound the
/// oldest samples are given up.
///
/// @param mostMib MiB of all samples together, 4..65536
/// @param longestAge 1 min..3650 days
public record OutboxBounds(int mostMib, Duration longestAge) {
  public static final int LEAST_MIB = 4;
  public static final int MOST_MIB = 65_536;
  public static final Duration LEAST_AGE = Duration.ofMinutes(1);
  public static final Duration MOST_AGE = Duration.ofDays(3650);
  public static final OutboxBounds USUAL = new OutboxBounds(256, Duration.ofDays(7));

  public OutboxBounds {
    if (mostMib < LEAST_MIB || mostMib > MOST_MIB) {
      throw new IllegalArgumentException(
          "outbox: most-mib " + mostMib + " is not in " + LEAST_MIB + ".." + MOST_MIB);
    }
    if (longestAge.compareTo(LEAST_AGE) < 0 || longestAge.compareTo(MOST_AGE) > 0) {
      throw new IllegalArgumentException(
          "outbox: longest-age " + longestAge + " is not in 1 min..3650 days");
    }
  }

  /// The same in bytes.
  public long mostBytes() {
    return (long) mostMib << 20;
  }
}
