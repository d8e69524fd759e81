package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.json.Json;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTextTest {

  private static String written(Consumer<JsonText> what) {
    JsonText out = new JsonText();
    what.accept(out);
    return out.toBuffer().toString();
  }

  @ParameterizedTest
  @CsvSource({
    "52.8, 52.8",
    "52.0, 52",
    "-0.0, 0",
    "0.1, 0.1",
    "-3.301, -3.301",
    "0.000001, 0.000001",
    "4294967295, 4294967295",
    "9007199254740993, 9.007199254740992E15",
    "1e-12, 1.0E-12",
    "0.30000000000000004, 0.30000000000000004"
  })
  void numbersAreShort(double number, String expected) {
    assertEquals(expected, written(out -> out.number(number)));
  }

  // Contract leaf: whole numbers keep one decimal.
  @ParameterizedTest
  @CsvSource({
    "85, 85.0",
    "85.12, 85.12",
    "85.1256, 85.126",
    "-0.0, 0.0",
    "0.0004, 0.0",
    "1740151200, 1740151200.0",
    "1e18, 1000000000000000000.0"
  })
  void aDoubleHasOneDecimalOrMore(double number, String expected) {
    assertEquals(expected, written(out -> out.oneOrMore(number, 3)));
  }

  // A reader of our JSON must get the very double that was measured.
  @Test
  void anyNumberReadsBackAsItself() {
    Random random = new Random(20261121);
    for (int i = 0; i < 200_000; i++) {
      double number =
          switch (i % 3) {
            case 0 -> Double.longBitsToDouble(random.nextLong());
            case 1 -> random.nextInt(2_000_000) * Math.pow(10, -random.nextInt(8)) - 1000;
            default -> random.nextDouble() * 1e6;
          };
      if (Double.isFinite(number)) {
        String text = written(out -> out.number(number));
        assertEquals(number, Double.parseDouble(text), 0, text);
        assertEquals(number, ((Number) Json.decodeValue(text)).doubleValue(), 0, text);
      }
    }
  }

  @Test
  void roundingIsHalfUpOnTheDecimal() {
    Random random = new Random(42);
    for (int i = 0; i < 100_000; i++) {
      double number = (random.nextInt(2_000_000) - 1_000_000) / Math.pow(10, random.nextInt(6));
      int decimals = random.nextInt(5);
      BigDecimal rounded =
          new BigDecimal(Double.toString(number)).setScale(decimals, RoundingMode.HALF_UP);
      assertEquals(rounded.toPlainString(), written(out -> out.fixed(number, decimals)));
      assertEquals(
          rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString(),
          written(out -> out.atMost(number, decimals)));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "2.675, 2, 2.68, 2.68",
    "-2.675, 2, -2.68, -2.68",
    "52.8, 3, 52.800, 52.8",
    "-0.04, 1, 0.0, 0",
    "100, 0, 100, 100",
    "1e20, 1, 100000000000000000000.0, 100000000000000000000"
  })
  void decimalsAreFixedOrAtMost(double number, int decimals, String fixed, String atMost) {
    assertEquals(fixed, written(out -> out.fixed(number, decimals)));
    assertEquals(atMost, written(out -> out.atMost(number, decimals)));
  }

  @Test
  void whatIsNotFiniteHasNoForm() {
    for (double number : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThrows(IllegalArgumentException.class, () -> written(out -> out.number(number)));
      assertThrows(IllegalArgumentException.class, () -> written(out -> out.fixed(number, 1)));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "-1, -1",
    "9223372036854775807, 9223372036854775807",
    "-9223372036854775808, -9223372036854775808",
    "1000, 1000"
  })
  void integersOfAnySize(long number, String expected) {
    assertEquals(expected, written(out -> out.integer(number)));
  }

  // Labels and texts come from device files and devices; no character may break the payload.
  @Test
  void anyTextReadsBackAsItself() {
    StringBuilder text = new StringBuilder("quote \" back \\ slash / °C € \uD83D\uDD0B \u007F");
    for (char c = 0; c < 0x20; c++) {
      text.append(c);
    }
    assertEquals(text.toString(), Json.decodeValue(written(out -> out.string(text.toString()))));
    assertEquals("\"\\u000a\"", written(out -> out.string("\n")));
    assertEquals("\"a\uFFFDb\"", written(out -> out.string("a\uD83Db")));
  }
}
