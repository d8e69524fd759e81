package dev.voltbus.contract;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A register that a device wants written again and again, or it falls back to a state of its own.
///
/// @param key key of a writable register that does not wear
/// @param kind what is written
/// @param value for `VALUE`, what is written, in the register's unit; null for the value that a
///   request wrote last
/// @param period time after which the device misses it, 100 ms..24 h
/// @param when from when to when it is written
/// @param with for `AFTER_WRITE`, keys whose writes need it; empty for any of the device
public record KeepAlive(
    String key, Kind kind, @Nullable Double value, Duration period, When when, List<String> with) {

  /// What is written each time.
  public enum Kind {
    /// One value, at half the period, and read back.
    VALUE,
    /// A number one higher each time, from the least to the greatest the register takes, once each
    /// period.
    COUNTER,
    /// 1 and 0 in turn, once each period.
    TOGGLE
  }

  /// How long a keep-alive goes on.
  public enum When {
    ALWAYS,
    /// From a successful write that needs it to the end of that write, or until its own register is
    /// written with another value.
    AFTER_WRITE
  }

  public static final Duration SHORTEST = Duration.ofMillis(100);
  public static final Duration LONGEST = Duration.ofHours(24);

  public KeepAlive {
    with = List.copyOf(with);
    if (period.compareTo(SHORTEST) < 0 || period.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("period " + period + " is not in 100 ms..24 h");
    }
    if (kind == Kind.VALUE && value == null && when == When.ALWAYS) {
      throw new IllegalArgumentException(
          "keep-alive " + key + " needs a value, or `when: after-write` for the one written last");
    }
    if (kind != Kind.VALUE && value != null) {
      throw new IllegalArgumentException("a watchdog has no value; it counts or toggles");
    }
  }

  /// Time from one write to the next.
  public Duration interval() {
    return kind == Kind.VALUE ? period.dividedBy(2) : period;
  }
}
