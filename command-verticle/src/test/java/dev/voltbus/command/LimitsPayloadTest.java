package dev.voltbus.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.voltbus.command.LimitsPayload.Wanted;
import dev.voltbus.command.Refusal.Code;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// A payload is taken as the contract means it, or refused as a whole.
class LimitsPayloadTest {
  private static final Amperes ENVELOPE = new Amperes(150, 160);

  private static Wanted read(String payload, int perAmpere) throws RefusedException {
    return LimitsPayload.read(Buffer.buffer(payload), perAmpere, ENVELOPE);
  }

  private static Refusal refusal(String payload, int perAmpere) {
    return assertThrows(RefusedException.class, () -> read(payload, perAmpere)).refusal();
  }

  static List<Arguments> taken() {
    return List.of(
        arguments("{\"max_charge\":50,\"max_discharge\":100,\"timeout\":30}", 50.0, 100.0, 30_000),
        arguments("{\"max_charge\":50,\"max_discharge\":100}", 50.0, 100.0, 30_000),
        arguments("{\"max_charge\":50.5,\"timeout\":6}", 50.5, null, 6_000),
        arguments("{\"max_discharge\":0}", null, 0.0, 30_000),
        arguments(
            "{\"max_charge\":150,\"max_discharge\":160,\"timeout\":86400}",
            150.0,
            160.0,
            86_400_000),
        arguments(" {\"timeout\":1,\n \"max_charge\":-0.0 } ", 0.0, null, 1_000),
        arguments("{\"max_charge\":5e1,\"timeout\":1.5}", 50.0, null, 1_500));
  }

  @ParameterizedTest
  @MethodSource("taken")
  void aPayloadIsTakenInAmperesAndSeconds(
      String payload, Double charge, Double discharge, int millis) throws Exception {
    assertEquals(new Wanted(charge, discharge, Duration.ofMillis(millis), false), read(payload, 1));
  }

  // 50 means 5.0 A to whoever comes from the emulator's own firmware.
  @Test
  void aPayloadInTenthsIsTakenInTenths() throws Exception {
    assertEquals(
        new Wanted(5.0, 10.1, Duration.ofSeconds(30), false),
        read("{\"max_charge\":50,\"max_discharge\":101}", 10));
    assertEquals(
        new Refusal(Code.WRONG_TYPE, "max_charge 50.5 is not a whole number of 1/10 A"),
        refusal("{\"max_charge\":50.5}", 10));
  }

  static List<Arguments> refused() {
    return List.of(
        arguments("", Code.MALFORMED),
        arguments("50", Code.MALFORMED),
        arguments("[50,100]", Code.MALFORMED),
        arguments("{\"max_charge\":50", Code.MALFORMED),
        arguments("{\"max_charge\":50,}", Code.MALFORMED),
        arguments("{\"max_charge\":050}", Code.MALFORMED),
        arguments("{'max_charge':50}", Code.MALFORMED),
        arguments("{\"max_charge\":50} {}", Code.MALFORMED),
        arguments("{\"max_charge\":50}x", Code.MALFORMED),
        arguments("{\"max_charge\":\"50\"}", Code.WRONG_TYPE),
        arguments("{\"max_charge\":null}", Code.WRONG_TYPE),
        arguments("{\"max_charge\":true}", Code.WRONG_TYPE),
        arguments("{\"max_charge\":{\"a\":1}}", Code.WRONG_TYPE),
        arguments("{\"max_charge\":[50]}", Code.WRONG_TYPE),
        arguments("{\"max_charge\":NaN}", Code.NOT_FINITE),
        arguments("{\"max_charge\":Infinity}", Code.NOT_FINITE),
        arguments("{\"max_charge\":-Infinity}", Code.NOT_FINITE),
        arguments("{\"max_charge\":1e999}", Code.NOT_FINITE),
        arguments("{\"max_charge\":-1}", Code.NEGATIVE),
        arguments("{\"max_charge\":50,\"max_discharge\":-0.001}", Code.NEGATIVE),
        arguments("{\"max_charge\":150.001}", Code.ABOVE_ENVELOPE),
        arguments("{\"max_charge\":50,\"max_discharge\":160.1}", Code.ABOVE_ENVELOPE),
        arguments("{\"max_charge\":50,\"keep_other\":1}", Code.WRONG_TYPE),
        arguments("{\"max_charge\":50,\"timeout\":0}", Code.TIMEOUT_OUT_OF_RANGE),
        arguments("{\"max_charge\":50,\"timeout\":0.999}", Code.TIMEOUT_OUT_OF_RANGE),
        arguments("{\"max_charge\":50,\"timeout\":-30}", Code.TIMEOUT_OUT_OF_RANGE),
        arguments("{\"max_charge\":50,\"timeout\":86401}", Code.TIMEOUT_OUT_OF_RANGE),
        arguments("{\"timeout\":30}", Code.NO_LIMIT),
        arguments("{}", Code.NO_LIMIT),
        arguments("{\"max_charge\":50,\"max_charge\":150}", Code.REPEATED_KEY),
        arguments("{\"max_charge\":50,\"maxDischarge\":100}", Code.UNKNOWN_KEY),
        arguments("{\"max_charge\":" + "[".repeat(9) + "]".repeat(9) + "}", Code.TOO_DEEP),
        arguments("{\"max_charge\":50" + " ".repeat(4_096) + "}", Code.TOO_LARGE));
  }

  // Whatever runs already must stay untouched, and the sender must learn why.
  @ParameterizedTest
  @MethodSource("refused")
  void aFaultRefusesTheWholeWithItsOwnReason(String payload, Code code) {
    assertEquals(code, refusal(payload, 1).code());
  }

  @Test
  void aRefusalNamesThingValueAndBound() {
    assertEquals(
        new Refusal(Code.ABOVE_ENVELOPE, "max_discharge 200 A is above the site's 160 A"),
        refusal("{\"max_charge\":50,\"max_discharge\":200}", 1));
    assertEquals(
        new Refusal(Code.TIMEOUT_OUT_OF_RANGE, "timeout 0 s is not in 1..86400 s"),
        refusal("{\"max_charge\":50,\"timeout\":0}", 1));
    assertEquals("above-envelope", Code.ABOVE_ENVELOPE.word());
  }
}
