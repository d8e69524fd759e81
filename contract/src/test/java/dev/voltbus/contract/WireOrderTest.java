package dev.voltbus.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WireOrderTest {
  private static final long VALUE = 0x0102030405060708L;

  /// The bytes 01 to 08 of one number, as they stand on the wire in each order.
  @ParameterizedTest
  @CsvSource({
    "abcdefgh, HIGH_FIRST, HIGH_FIRST, 0102 0304 0506 0708",
    "badcfehg, HIGH_FIRST, LOW_FIRST, 0201 0403 0605 0807",
    "ghefcdab, LOW_FIRST, HIGH_FIRST, 0708 0506 0304 0102",
    "hgfedcba, LOW_FIRST, LOW_FIRST, 0807 0605 0403 0201",
    "cdabghef, HIGH_PAIR_LOW_WORD, HIGH_FIRST, 0304 0102 0708 0506",
    "dcbahgfe, HIGH_PAIR_LOW_WORD, LOW_FIRST, 0403 0201 0807 0605",
    "efghabcd, LOW_PAIR_HIGH_WORD, HIGH_FIRST, 0506 0708 0102 0304",
    "fehgbadc, LOW_PAIR_HIGH_WORD, LOW_FIRST, 0605 0807 0201 0403"
  })
  void theEightOrdersOfFourWords(String letters, WordOrder words, ByteOrder bytes, String wire) {
    WireOrder order = WireOrder.ofLetters(letters).orElseThrow();
    assertEquals(new WireOrder(words, bytes), order);
    WordLayout layout = new WordLayout(WireSource.holding(0, WireType.S64).withOrder(order));
    short[] block = words(wire);
    assertEquals(VALUE, layout.pattern(block, 0));
    assertArrayEquals(block, layout.words(VALUE));
  }

  private static short[] words(String hex) {
    String[] parts = hex.split(" ", -1);
    short[] words = new short[parts.length];
    for (int i = 0; i < parts.length; i++) {
      words[i] = (short) Integer.parseInt(parts[i], 16);
    }
    return words;
  }

  @Test
  void aValueHasAsManyOrdersAsDiffer() {
    assertEquals(List.of("ab", "ba"), letters(1));
    assertEquals(List.of("abcd", "badc", "cdab", "dcba"), letters(2));
    assertEquals(List.of("abcdef", "badcfe", "efcdab", "fedcba"), letters(3));
    assertEquals(8, new HashSet<>(letters(4)).size());
  }

  private static List<String> letters(int words) {
    return WireOrder.all(words).stream().map(order -> order.letters(words)).toList();
  }

  @Test
  void lettersNameAnOrderAndItsOrderNamesTheLetters() {
    for (int words = 1; words <= 4; words++) {
      int count = words;
      for (WireOrder order : WireOrder.all(words)) {
        assertEquals(order, WireOrder.ofLetters(order.letters(count)).orElseThrow());
      }
    }
    for (String none : List.of("", "a", "abc", "acbd", "ABCD", "abcdabcd", "abcdefghij")) {
      assertTrue(WireOrder.ofLetters(none).isEmpty(), none);
    }
  }

  @Test
  void aPairedOrderIsForFourWords() {
    for (WireType type : List.of(WireType.U16, WireType.F32, WireType.U48)) {
      IllegalArgumentException refusal =
          assertThrows(
              IllegalArgumentException.class,
              () -> WireSource.holding(5, type).withWordOrder(WordOrder.HIGH_PAIR_LOW_WORD));
      assertEquals(
          "holding 5: word-order high-pair-low-word is for numbers of 4 words, not for type "
              + type.word(),
          refusal.getMessage());
    }
  }
}
