package dev.voltbus.modbus;

import java.time.Duration;

/// What one unit needs between requests.
///
/// @param gap least silence between the end of an exchange with the unit and the next request to
///   it, 0..60 s; other units on the connection are served meanwhile
/// @param wakeUp whether a request after a long pause is sent twice, the first time to wake the
///   device
/// @param wakeAfterIdle the pause after which the unit sleeps, 0..1 h
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
