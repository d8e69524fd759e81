package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.deploy.ValueGuesses.Guess;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ValueGuessesTest {

  // The person at the device knows one number and does not want to try forty combinations.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "4253 3333           | 52.8   | 0 | type: f32",
        "3333 4253           | 52.8   | 0 | type: f32, order: cdab",
        "5342 3333           | 52.8   | 0 | type: f32, order: badc",
        "3333 5342           | 52.8   | 0 | type: f32, order: dcba",
        "404a 6666 6666 6666 | 52.8   | 0 | type: f64",
        "6666 6666 6666 404a | 52.8   | 0 | type: f64, order: ghefcdab",
        "0001 86a0           | 100.0  | 0 | type: u32, scale: 0.001",
        "14a0                | 52.80  | 0 | type: u16, scale: 0.01",
        "a014                | 52.80  | 0 | type: u16, order: ba, scale: 0.01",
        "ffdd                | -3.5   | 0 | type: s16, scale: 0.1",
        "0023                | -3.5   | 0 | type: u16, scale: 0.1, sign: negated",
        "0000 d2f0 0001      | 54.0   | 1 | type: u16, scale: 0.001",
        "e208 0003           | 254.472 | 0 | type: u32, order: cdab, scale: 0.001",
        "1234                | 1234   | 0 | type: bcd16",
        "0064                | 100    | 0 | type: u16"
      })
  void theLikeliestReadingComesFirst(String words, String expected, int at, String row) {
    BigDecimal value = new BigDecimal(expected);
    List<Guess> guesses = ValueGuesses.of(value).in(WordsText.parse(List.of(words), false));
    Guess first = guesses.getFirst();
    assertEquals(row, first.row(), guesses::toString);
    assertEquals(at, first.at());
    assertTrue(first.isSharp());
  }

  // A value moves between reading the display and reading the register.
  @Test
  void aReadingNearTheValueIsFoundButNotMarked() {
    List<Guess> guesses = ValueGuesses.of(new BigDecimal("52.8")).in(new int[] {526});
    assertEquals("type: u16, scale: 0.1", guesses.getFirst().row());
    assertEquals("52.6", ValueForm.text(guesses.getFirst().value()));
    assertTrue(guesses.stream().noneMatch(Guess::isSharp));
  }

  @Test
  void wordsThatDoNotHoldTheValueGiveNothing() {
    assertEquals(List.of(), ValueGuesses.of(new BigDecimal("52.8")).in(new int[] {7, 9}));
    assertEquals(List.of(), ValueGuesses.of(new BigDecimal("0.5")).in(new int[] {0, 0, 0, 0}));
  }

  @Test
  void everyReadingOfABlockIsShown() {
    List<String> lines = new BlockView(new int[] {0x4253, 0x3333}).all();
    String all = String.join("\n", lines);
    assertTrue(lines.getFirst().contains("\"BS33\""), all);
    assertTrue(all.contains("word 0..1  f32    abcd 52.8   cdab "), all);
    assertTrue(all.contains("word 1     u16    ab 13107   ba 13107"), all);
    assertTrue(all.contains("word 0..1  u32    abcd 1112748851"), all);
  }
}
