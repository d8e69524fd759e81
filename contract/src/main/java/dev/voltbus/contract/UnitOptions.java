package dev.voltbus.contract;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How one unit wants to be asked. A device file gives the usual values of its type, the site file
/// may give others for one device.
///
/// @param timeout longest wait for an answer, 10 ms..5 min; null is the link's own limit
/// @param retries how often a read that was not answered is asked again in the same cycle, 0..5; a
///   write is never repeated
/// @param gap silence between an answer and the next request to this unit, 0..60 s
/// @param largestBlock most words in one read, 1..125; the register map's own limit holds too
/// @param closeAfterCycle whether the connection is closed when a cycle of this unit is over and no
///   other is under way
/// @param oneRegister whether every register is read by a request of its own
/// @param wakeUp whether the first request after idleness is sent twice, to wake the device
/// @param wakeAfterIdle idleness after which it must be woken, 0..1 h
/// @param busTimePercent share of the link's time that this unit may cost its neighbours with long
///   or unanswered requests, 1..100
/// @param lostAfter a unit counts as lost after this long without an answer, 0..24 h, and ...
/// @param lostAfterCycles ... this many cycles without an answer, 1..1000
public record UnitOptions(
    @Nullable Duration timeout,
    int retries,
    Duration gap,
    int largestBlock,
    boolean closeAfterCycle,
    boolean oneRegister,
    boolean wakeUp,
    Duration wakeAfterIdle,
    int busTimePercent,
    Duration lostAfter,
    int lostAfterCycles) {
  public static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(10);
  public static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(5);
  public static final int MOST_RETRIES = 5;
  public static final Duration LONGEST_GAP = Duration.ofSeconds(60);
  public static final Duration LONGEST_IDLENESS = Duration.ofHours(1);
  public static final Duration LONGEST_SILENCE = Duration.ofHours(24);
  public static final int MOST_CYCLES = 1000;

  /// The documented defaults.
  public static final UnitOptions DEFAULT =
      new UnitOptions(
          null,
          1,
          Duration.ZERO,
          125,
          false,
          false,
          false,
          Duration.ofSeconds(1),
          3,
          Duration.ofSeconds(3),
          2);

  public UnitOptions {
    if (timeout != null) {
      check("timeout", timeout, SHORTEST_TIMEOUT, LONGEST_TIMEOUT);
    }
    check("retries", retries, 0, MOST_RETRIES);
    check("gap", gap, Duration.ZERO, LONGEST_GAP);
    check("largest-block", largestBlock, 1, 125);
    check("wake-after-idle", wakeAfterIdle, Duration.ZERO, LONGEST_IDLENESS);
    check("bus-time-percent", busTimePercent, 1, 100);
    check("lost-after", lostAfter, Duration.ZERO, LONGEST_SILENCE);
    check("lost-after-cycles", lostAfterCycles, 1, MOST_CYCLES);
  }

  /// The limit for one request, where the link has one for all its units.
  public Duration timeoutOr(Duration ofLink) {
    return timeout == null ? ofLink : timeout;
  }

  private static void check(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(name + " " + value + " is not in " + least + ".." + most);
    }
  }

  private static void check(String name, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          "%s %d ms is not in %d..%d ms"
              .formatted(name, value.toMillis(), least.toMillis(), most.toMillis()));
    }
  }
}
