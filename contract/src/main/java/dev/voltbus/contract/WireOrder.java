package dev.voltbus.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Order of words and bytes of a value, and its form in letters: `a` is the highest byte of the
/// value, and the letters stand as the bytes do on the wire. A 32-bit value is `abcd`, `badc`,
/// `cdab` or `dcba`. It holds for reading and writing alike.
///
/// @param words order of the words
/// @param bytes order of the bytes in each word
public record WireOrder(WordOrder words, ByteOrder bytes) {

  /// All orders that differ for a value of so many words: 2 for one word, 4 for two or three, 8 for
  /// four.
  public static List<WireOrder> all(int words) {
    List<WireOrder> orders = new ArrayList<>();
    for (WordOrder order : WordOrder.values()) {
      boolean differs = order.isPaired() ? words == 4 : words > 1 || order == WordOrder.HIGH_FIRST;
      if (differs) {
        orders.add(new WireOrder(order, ByteOrder.HIGH_FIRST));
        orders.add(new WireOrder(order, ByteOrder.LOW_FIRST));
      }
    }
    return orders;
  }

  /// The order that the letters name, for a value of half as many words as there are letters;
  /// nothing if they name none.
  public static Optional<WireOrder> ofLetters(String letters) {
    int words = letters.length() / 2;
    List<WireOrder> candidates = words >= 1 && words <= 4 ? all(words) : List.of();
    return candidates.stream().filter(order -> order.letters(words).equals(letters)).findFirst();
  }

  /// The order in letters for a value of so many words.
  public String letters(int count) {
    char[] letters = new char[2 * count];
    for (int significance = 0; significance < count; significance++) {
      int at = 2 * words.place(significance, count);
      int swapped = bytes == ByteOrder.LOW_FIRST ? 1 : 0;
      letters[at + swapped] = (char) ('a' + 2 * significance);
      letters[at + 1 - swapped] = (char) ('b' + 2 * significance);
    }
    return String.valueOf(letters);
  }
}
