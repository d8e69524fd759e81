package dev.voltbus.modbus;

import java.time.Duration;

/// What one unit needs between requests.
///
/// @param gap least silence between the end of an exchange with the unit and the next request to
///   it, 0..60 s; other units on the connection are served meanwhile
/// @param wakeUp whether the unit sleeps when it is left alone, and the first frame afterwards only
///   wakes it. Then a read is sent again when its first copy gets no answer within 200 ms (a third
///   of the time left, if that is less); before a write goes a read of the address to be written,
///   and the write itself is sent once
/// @param wakeAfterIdle how long after its last answer the unit falls asleep, 0..1 h; one that did
///   not answer last time is taken to be asleep
public record Pacing(Duration gap, boolean wakeUp, Duration wakeAfterIdle) {
  static final Duration LONGEST_GAP = Duration.ofSeconds(60);
  private static final Duration LONGEST_IDLE = Duration.ofHours(1);

  /// Nothing: the default of every unit.
  public static final Pacing NONE = new Pacing(Duration.ZERO, false, Duration.ZERO);

  public Pacing {
    Range.check("gap", gap, Duration.ZERO, LONGEST_GAP);
    Range.check("wakeAfterIdle", wakeAfterIdle, Duration.ZERO, LONGEST_IDLE);
  }

  /// A gap and nothing else.
  public static Pacing gap(Duration gap) {
    return new Pacing(gap, false, Duration.ZERO);
  }
}
