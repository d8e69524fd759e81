package dev.voltbus.contract;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Whether a site is inside its safety limits, published by the owner of the site's command shard
/// on each evaluation.
///
/// @param token fencing token of that owner
/// @param isSafe result of the limit check
/// @param watchdog how the watchdog register is served
/// @param at when it was evaluated, Unix milliseconds
/// @param ageMillis monotonic time between the evaluation and the moment of sending
/// @param validForMillis age from which it says nothing any more
public record SafetyState(
    long token, boolean isSafe, Watchdog watchdog, long at, int ageMillis, int validForMillis)
    implements Message, SiteReport {

  static final List<String> PARTS = List.of("is-safe", "watchdog");

  static final FrameCodec<SafetyState> CODEC =
      FrameCodec.of(
          12,
          SafetyState.class,
          (message, out) -> {
            out.putLong(message.token);
            out.putBoolean(message.isSafe);
            out.putByte(message.watchdog.ordinal());
            out.putLong(message.at);
            out.putInt(message.ageMillis);
            out.putInt(message.validForMillis);
          },
          in ->
              new SafetyState(
                  in.getLong(),
                  in.getBoolean(),
                  Watchdog.of(in.getByte()),
                  in.getLong(),
                  in.getInt(),
                  in.getInt()));

  /// Append only; the ordinal is on the wire.
  public enum Watchdog {
    UNKNOWN,
    /// Each write arrives.
    OK,
    /// One write was missed.
    DEGRADED,
    /// Two or more in a row were missed.
    FAILED,
    /// The site has none.
    DISABLED;

    static Watchdog of(int code) {
      return code > 0 && code < values().length ? values()[code] : UNKNOWN;
    }
  }

  @Override
  public boolean isLive(long millisSinceArrival) {
    return ageMillis + millisSinceArrival < validForMillis;
  }

  @Override
  public @Nullable Object part(String name) {
    return switch (name) {
      case "is-safe" -> isSafe;
      case "watchdog" ->
          watchdog == Watchdog.UNKNOWN ? null : watchdog.name().toLowerCase(Locale.ROOT);
      default -> null;
    };
  }
}
