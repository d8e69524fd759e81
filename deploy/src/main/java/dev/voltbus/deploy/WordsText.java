package dev.voltbus.deploy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Words as people write and read them.
final class WordsText {
  private static final int MOST = 125;

  private WordsText() {}

  /// Reads words in hexadecimal, with or without `0x`, parted by blanks, commas or colons; four
  /// digits each, so that a run of eight is two words.
  ///
  /// @param decimal true if they are decimal numbers, -32768..65535
  /// @throws UsageException naming what is not a word
  static int[] parse(List<String> texts, boolean decimal) {
    List<Integer> words = new ArrayList<>();
    for (String text : String.join(" ", texts).split("[\\s,;:]+", -1)) {
      if (!text.isEmpty() && decimal) {
        words.add(decimal(text));
      } else if (!text.isEmpty()) {
        words.addAll(hexadecimal(text));
      }
    }
    if (words.isEmpty() || words.size() > MOST) {
      throw new UsageException(words.size() + " words are not in 1.." + MOST);
    }
    return words.stream().mapToInt(Integer::intValue).toArray();
  }

  private static int decimal(String text) {
    if (text.matches("-?[0-9]{1,5}")) {
      int word = Integer.parseInt(text);
      if (word >= Short.MIN_VALUE && word <= 0xFFFF) {
        return word & 0xFFFF;
      }
    }
    throw new UsageException("`" + text + "` is not a word; a decimal one is in -32768..65535");
  }

  private static List<Integer> hexadecimal(String text) {
    String digits = text.toLowerCase(Locale.ROOT).replaceFirst("^0x", "");
    boolean isShort = digits.matches("[0-9a-f]{1,4}");
    if (!isShort && !digits.matches("(?:[0-9a-f]{4})+")) {
      throw new UsageException(
          "`"
              + text
              + "` is not a word; write four hexadecimal digits, such as 42 as 002a, or --decimal");
    }
    if (isShort) {
      return List.of(Integer.parseInt(digits, 16));
    }
    return IntStream.range(0, digits.length() / 4)
        .mapToObj(i -> Integer.parseInt(digits, 4 * i, 4 * i + 4, 16))
        .toList();
  }

  /// `4253 3333`.
  static String hex(int[] words) {
    return Arrays.stream(words).mapToObj("%04x"::formatted).collect(Collectors.joining(" "));
  }

  /// One line for each word: address, hexadecimal, unsigned, signed, bits, characters.
  static List<String> table(RegisterPlace first, int[] words) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < words.length; i++) {
      int address = first.address() + i;
      int word = words[i];
      lines.add(
          first.table().isBits()
              ? "%6d  0x%04X  %s".formatted(address, address, word == 0 ? "off" : "on")
              : "%6d  0x%04X  %04x  %5d  %6d  %s  %s"
                  .formatted(
                      address, address, word, word, (int) (short) word, bits(word), text(word)));
    }
    return lines;
  }

  private static String bits(int word) {
    String bits = Integer.toBinaryString(0x10000 | word).substring(1);
    return String.join(" ", bits.split("(?<=\\G.{4})"));
  }

  private static String text(int... words) {
    StringBuilder text = new StringBuilder();
    for (int word : words) {
      text.append(shown(word >>> 8)).append(shown(word & 0xFF));
    }
    return text.toString();
  }

  private static char shown(int character) {
    return character >= 0x20 && character < 0x7F ? (char) character : '.';
  }

  /// The characters in the words, if they are text.
  static Optional<String> characters(int[] words) {
    byte[] bytes =
        HexFormat.of()
            .parseHex(
                Arrays.stream(words).mapToObj("%04x"::formatted).collect(Collectors.joining()));
    String text = new String(bytes, StandardCharsets.US_ASCII).replaceFirst("[\0 ]+$", "");
    return text.length() >= 2 && text.chars().allMatch(c -> c >= 0x20 && c < 0x7F)
        ? Optional.of(text)
        : Optional.empty();
  }
}
