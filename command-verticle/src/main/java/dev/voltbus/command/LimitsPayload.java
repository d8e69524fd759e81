package dev.voltbus.command;

import dev.voltbus.command.Refusal.Code;
import io.vertx.core.buffer.Buffer;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads the payload of SET_LIMITS, `{"max_charge": 50, "max_discharge": 100, "timeout": 30}`
/// (contract battery-emulator, section 4). It is refused as a whole with the first fault.
final class LimitsPayload {
  static final Duration USUAL_TIMEOUT = Duration.ofSeconds(30);
  static final Duration SHORTEST = Duration.ofSeconds(1);
  static final Duration LONGEST = Duration.ofHours(24);

  private static final String CHARGE = "max_charge";
  private static final String DISCHARGE = "max_discharge";
  private static final String TIMEOUT = "timeout";
  private static final String KEEP_OTHER = "keep_other";

  /// What may stand in it: limits, and the members of an envelope.
  static final List<String> KEYS =
      Stream.concat(Stream.of(CHARGE, DISCHARGE, TIMEOUT, KEEP_OTHER), Envelope.KEYS.stream())
          .toList();

  /// A limit as it was asked for.
  ///
  /// @param charge A, or null if it is not given
  /// @param discharge A, or null if it is not given
  /// @param keepsOther whether a direction that is not given keeps the limit that runs
  record Wanted(
      @Nullable Double charge, @Nullable Double discharge, Duration timeout, boolean keepsOther) {}

  private LimitsPayload() {}

  /// Reads a whole payload.
  ///
  /// @param perAmpere how many of the payload's units are one A: 1, or 10 with whole numbers only
  /// @param envelope what no limit may pass
  static Wanted read(Buffer payload, int perAmpere, Amperes envelope) throws RefusedException {
    return wanted(CommandPayload.read(payload, KEYS), perAmpere, envelope);
  }

  static Wanted wanted(CommandPayload payload, int perAmpere, Amperes envelope)
      throws RefusedException {
    @Nullable Double charge = limit(payload, CHARGE, perAmpere, envelope.charge());
    @Nullable Double discharge = limit(payload, DISCHARGE, perAmpere, envelope.discharge());
    if (charge == null && discharge == null) {
      throw new RefusedException(
          Code.NO_LIMIT, "neither " + CHARGE + " nor " + DISCHARGE + " is given");
    }
    return new Wanted(
        charge, discharge, timeout(payload.number(TIMEOUT)), payload.truth(KEEP_OTHER));
  }

  private static @Nullable Double limit(
      CommandPayload payload, String key, int perAmpere, double most) throws RefusedException {
    @Nullable Double number = payload.number(key);
    if (number == null) {
      return null;
    }
    if (number < 0) {
      throw new RefusedException(Code.NEGATIVE, key + " " + plain(number) + " is below 0");
    }
    if (perAmpere != 1 && number != Math.rint(number)) {
      throw new RefusedException(
          Code.WRONG_TYPE,
          key + " " + plain(number) + " is not a whole number of 1/" + perAmpere + " A");
    }
    double amperes = number / perAmpere + 0.0; // no minus zero
    if (amperes > most) {
      throw new RefusedException(
          Code.ABOVE_ENVELOPE,
          key + " " + plain(amperes) + " A is above the site's " + plain(most) + " A");
    }
    return amperes;
  }

  private static Duration timeout(@Nullable Double seconds) throws RefusedException {
    if (seconds == null) {
      return USUAL_TIMEOUT;
    }
    if (seconds < SHORTEST.toSeconds() || seconds > LONGEST.toSeconds()) {
      throw new RefusedException(
          Code.TIMEOUT_OUT_OF_RANGE,
          TIMEOUT
              + " "
              + plain(seconds)
              + " s is not in "
              + SHORTEST.toSeconds()
              + ".."
              + LONGEST.toSeconds()
              + " s");
    }
    return Duration.ofMillis((long) (seconds * 1_000));
  }

  static String plain(double number) {
    return new BigDecimal(Double.toString(number)).stripTrailingZeros().toPlainString();
  }
}
