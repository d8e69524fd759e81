package dev.voltbus.deploy;

import dev.voltbus.deploy.ValueGuesses.Guess;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/// One block of words in every type and byte order, as lines for people.
final class BlockView {
  private static final int MOST_GUESSES = 12;

  private final int[] words;

  BlockView(int[] words) {
    this.words = words.clone();
  }

  /// What the words may mean if they hold this value, the likeliest first and marked.
  List<String> guesses(ValueGuesses wanted, BigDecimal expected) {
    List<Guess> guesses = wanted.in(words);
    List<String> lines = new ArrayList<>();
    String range = ValueForm.text(expected) + " +- " + ValueForm.text(wanted.tolerance());
    lines.add(
        guesses.isEmpty()
            ? "nothing in these words is " + range
            : guesses.size() + " reading(s) of " + range + ", the likeliest first:");
    for (Guess guess : guesses.subList(0, Math.min(MOST_GUESSES, guesses.size()))) {
      lines.add(
          "%s %-10s %-13s %-14s -> %s"
              .formatted(
                  guess.isSharp() ? " *" : "  ",
                  span(guess.at(), guess.form().words()),
                  guess.form(),
                  ValueForm.text(guess.value()),
                  guess.row()));
    }
    if (guesses.size() > MOST_GUESSES) {
      lines.add("   ... and " + (guesses.size() - MOST_GUESSES) + " less likely ones");
    }
    return lines;
  }

  /// Every reading: a line for each type at each word.
  List<String> all() {
    List<String> lines = new ArrayList<>();
    WordsText.characters(words).ifPresent(text -> lines.add("   text       \"" + text + "\""));
    for (ValueForm.Kind kind : ValueForm.Kind.values()) {
      for (int at = 0; at + kind.words() <= words.length; at++) {
        String readings = readings(kind, at);
        if (!readings.isEmpty()) {
          lines.add("   %-10s %-6s %s".formatted(span(at, kind.words()), kind.word(), readings));
        }
      }
    }
    return lines;
  }

  private String readings(ValueForm.Kind kind, int at) {
    StringJoiner readings = new StringJoiner("   ");
    for (String order : kind.orders()) {
      new ValueForm(kind, order)
          .number(words, at)
          .ifPresent(number -> readings.add(order + " " + ValueForm.text(number)));
    }
    return readings.toString();
  }

  private static String span(int at, int count) {
    return count == 1 ? "word " + at : "word " + at + ".." + (at + count - 1);
  }
}
