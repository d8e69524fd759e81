package dev.voltbus.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class FaultTextTest {
  static Stream<String> forms() {
    return FaultText.FORMS.stream()
        .map(form -> form.replace("FAULT", "drop").replace("[:1]", ":1"));
  }

  // What is shown to people can be typed again.
  @ParameterizedTest
  @MethodSource("forms")
  void everyFormReadsBackAsItself(String form) {
    assertEquals(form, Fault.parse(form).text());
  }

  @Test
  void whatMayBeLeftOutHasItsDefault() {
    assertEquals(new Fault.WrongUnit(1), Fault.parse("wrong-unit"));
    assertEquals(new Fault.WrongTransaction(1), Fault.parse("wrong-transaction"));
    assertEquals(new Fault.Drop(false), Fault.parse("drop"));
    assertEquals(new Fault.MinGap(Duration.ofMinutes(2), false), Fault.parse("min-gap:2m"));
  }

  @Test
  void conditionsNest() {
    Fault nested = Fault.parse("at:305..310:reads:next:3:exception:2");
    assertEquals(
        new Fault.Touching(
            305, 310, new Fault.OnReads(new Fault.Next(3, new Fault.Exceptional(2)))),
        nested);
    assertEquals("at:305..310:reads:next:3:exception:2", nested.text());
  }

  @ParameterizedTest
  @CsvSource({
    "delay, a duration such as 500ms, 5s or 2m is missing",
    "delay:5, `5` is not a duration such as 500ms, 5s or 2m",
    "delay:99h, fault delay: PT99H is not in 0ms..24h",
    "exception:0, fault exception: 0 is not in 1..255",
    "exception:six, `six` is not a whole number",
    "drop:3, `3` is too much",
    "busy:0%, fault busy: 0 is not in 1..100",
    "at:5..3:drop, fault at: 3 is not in 5..65535",
    "at:1..2..3:drop, `1..2..3` is not an address such as 305 or 305..310",
    "next:3, `` is no fault; valid: none",
    "late:-1s, `-1s` is not a duration such as 500ms, 5s or 2m",
    "wrong-count:126, fault wrong-count: 126 is not in -125..125",
    "'', `` is no fault; valid: none",
  })
  void aFaultyFormIsRefusedWithWhatWouldBeValid(String text, String why) {
    String said =
        assertThrows(IllegalArgumentException.class, () -> Fault.parse(text)).getMessage();
    assertEquals(List.of(true, ""), List.of(said.contains(why), said.contains(why) ? "" : said));
  }
}
