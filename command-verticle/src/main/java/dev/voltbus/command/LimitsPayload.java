package dev.voltbus.command;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.voltbus.command.Refusal.Code;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads the payload of SET_LIMITS, `{"max_charge": 50, "max_discharge": 100, "timeout": 30}`
/// (contract battery-emulator, section 4). It is refused as a whole with the first fault.
final class LimitsPayload {
  static final int MOST_BYTES = 4_096;
  static final int MOST_DEPTH = 8;
  static final Duration USUAL_TIMEOUT = Duration.ofSeconds(30);
  static final Duration SHORTEST = Duration.ofSeconds(1);
  static final Duration LONGEST = Duration.ofHours(24);

  private static final String CHARGE = "max_charge";
  private static final String DISCHARGE = "max_discharge";
  private static final String TIMEOUT = "timeout";
  private static final List<String> KEYS = List.of(CHARGE, DISCHARGE, TIMEOUT);
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS) // to say what is wrong with them
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(MOST_DEPTH).build())
          .build();

  /// What a payload says, or why it is refused.
  sealed interface Reading permits Wanted, Refusal {}

  /// A limit as it was asked for.
  ///
  /// @param charge A, or null if it is not given
  /// @param discharge A, or null if it is not given
  record Wanted(@Nullable Double charge, @Nullable Double discharge, Duration timeout)
      implements Reading {}

  /// A payload with a fault.
  private static final class FaultException extends Exception {
    private static final long serialVersionUID = 1;
    private final transient Refusal refusal;

    private FaultException(Code code, String text) {
      super(text);
      this.refusal = new Refusal(code, text);
    }
  }

  private LimitsPayload() {}

  /// @param perAmpere how many of the payload's units are one A: 1, or 10 with whole numbers only
  /// @param envelope what no limit may pass
  static Reading read(Buffer payload, int perAmpere, Amperes envelope) {
    try {
      return wanted(numbers(payload), perAmpere, envelope);
    } catch (FaultException fault) {
      return fault.refusal;
    }
  }

  // ---- what the text says

  private static Map<String, Double> numbers(Buffer payload) throws FaultException {
    if (payload.length() > MOST_BYTES) {
      throw new FaultException(
          Code.TOO_LARGE, payload.length() + " bytes are more than " + MOST_BYTES);
    }
    try (JsonParser parser = JSON.createParser(payload.getBytes())) {
      return numbers(parser);
    } catch (StreamConstraintsException deep) {
      throw new FaultException(Code.TOO_DEEP, "nested deeper than " + MOST_DEPTH + " levels");
    } catch (IOException malformed) {
      throw new FaultException(Code.MALFORMED, "not JSON: " + firstLine(malformed));
    }
  }

  private static String firstLine(IOException failure) {
    return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
  }

  private static Map<String, Double> numbers(JsonParser parser) throws IOException, FaultException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new FaultException(
          Code.MALFORMED, "not a JSON object such as {\"max_charge\":50,\"max_discharge\":100}");
    }
    Map<String, Double> numbers = new HashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      if (!KEYS.contains(key)) {
        throw new FaultException(
            Code.UNKNOWN_KEY,
            "unknown key `" + shortened(key) + "`; known: " + String.join(", ", KEYS));
      }
      if (numbers.put(key, number(parser, key)) != null) {
        throw new FaultException(Code.REPEATED_KEY, key + " is given twice");
      }
    }
    if (parser.nextToken() != null) {
      throw new FaultException(Code.MALFORMED, "something stands behind the JSON object");
    }
    return numbers;
  }

  private static String shortened(String key) {
    return key.length() <= 40 ? key : key.substring(0, 40) + "...";
  }

  private static double number(JsonParser parser, String key) throws IOException, FaultException {
    JsonToken token = parser.nextToken();
    if (token == null || !token.isNumeric()) {
      parser.skipChildren();
      throw new FaultException(Code.WRONG_TYPE, key + " is not a number");
    }
    double number = parser.getDoubleValue();
    if (!Double.isFinite(number)) {
      throw new FaultException(Code.NOT_FINITE, key + " is not finite");
    }
    return number;
  }

  // ---- whether it may be

  private static Wanted wanted(Map<String, Double> numbers, int perAmpere, Amperes envelope)
      throws FaultException {
    @Nullable Double charge = limit(numbers, CHARGE, perAmpere, envelope.charge());
    @Nullable Double discharge = limit(numbers, DISCHARGE, perAmpere, envelope.discharge());
    if (charge == null && discharge == null) {
      throw new FaultException(
          Code.NO_LIMIT, "neither " + CHARGE + " nor " + DISCHARGE + " is given");
    }
    return new Wanted(charge, discharge, timeout(numbers.get(TIMEOUT)));
  }

  private static @Nullable Double limit(
      Map<String, Double> numbers, String key, int perAmpere, double most) throws FaultException {
    @Nullable Double number = numbers.get(key);
    if (number == null) {
      return null;
    }
    if (number < 0) {
      throw new FaultException(Code.NEGATIVE, key + " " + plain(number) + " is below 0");
    }
    if (perAmpere != 1 && number != Math.rint(number)) {
      throw new FaultException(
          Code.WRONG_TYPE,
          key + " " + plain(number) + " is not a whole number of 1/" + perAmpere + " A");
    }
    double amperes = number / perAmpere + 0.0; // no minus zero
    if (amperes > most) {
      throw new FaultException(
          Code.ABOVE_ENVELOPE,
          key + " " + plain(amperes) + " A is above the site's " + plain(most) + " A");
    }
    return amperes;
  }

  private static Duration timeout(@Nullable Double seconds) throws FaultException {
    if (seconds == null) {
      return USUAL_TIMEOUT;
    }
    if (seconds < SHORTEST.toSeconds() || seconds > LONGEST.toSeconds()) {
      throw new FaultException(
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

  private static String plain(double number) {
    return new BigDecimal(Double.toString(number)).stripTrailingZeros().toPlainString();
  }
}
