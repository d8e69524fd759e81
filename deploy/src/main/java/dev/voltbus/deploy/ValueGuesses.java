package dev.voltbus.deploy;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Finds out how a device means its words: which types, byte orders and scales show an expected
/// value in a block.
final class ValueGuesses {
  private static final List<BigDecimal> WHOLE_SCALES =
      decimals(
          "1",
          "0.1",
          "0.01",
          "0.001",
          "0.0001",
          "0.000001",
          "0.5",
          "0.05",
          "0.02",
          "0.002",
          "10",
          "100",
          "1000");
  private static final List<BigDecimal> FLOAT_SCALES = decimals("1", "0.001", "1000");

  /// One way to see the expected value.
  ///
  /// @param at index of the first word
  /// @param scale factor from the number on the wire to the value
  /// @param negated true where the device counts the other way
  /// @param value what the words say in this form, scaled
  /// @param isSharp true if it rounds to the expected digits
  record Guess(
      ValueForm form,
      int at,
      BigDecimal scale,
      boolean negated,
      BigDecimal value,
      boolean isSharp) {

    /// How a device file states it.
    String row() {
      List<String> parts = new ArrayList<>(List.of("type: " + form.kind().word()));
      if (!form.isNatural()) {
        parts.add("order: " + form.order());
      }
      if (scale.compareTo(BigDecimal.ONE) != 0) {
        parts.add("scale: " + scale.toPlainString());
      }
      if (negated) {
        parts.add("sign: negated");
      }
      return String.join(", ", parts);
    }
  }

  private final BigDecimal expected;
  private final BigDecimal tolerance;
  private final BigDecimal halfDigit;

  /// @param tolerance how far off a value may be
  ValueGuesses(BigDecimal expected, BigDecimal tolerance) {
    this.expected = expected;
    this.halfDigit = BigDecimal.valueOf(5, expected.scale() + 1);
    this.tolerance = tolerance.max(halfDigit);
  }

  /// A hundredth of the value, which moves while a person compares.
  static ValueGuesses of(BigDecimal expected) {
    return new ValueGuesses(expected, expected.abs().multiply(new BigDecimal("0.01")));
  }

  BigDecimal tolerance() {
    return tolerance;
  }

  /// All ways to see the expected value, the likeliest first.
  List<Guess> in(int[] words) {
    List<Guess> found = new ArrayList<>();
    for (ValueForm form : ValueForm.all()) {
      for (int at = 0; at + form.words() <= words.length; at++) {
        add(form, at, words, found);
      }
    }
    found.sort(LIKELIEST);
    return found;
  }

  private void add(ValueForm form, int at, int[] words, List<Guess> found) {
    int place = at;
    form.number(words, at)
        .filter(raw -> raw.signum() != 0 || expected.signum() == 0)
        .ifPresent(raw -> {
          for (BigDecimal scale : form.kind().isFloat() ? FLOAT_SCALES : WHOLE_SCALES) {
            judge(form, place, scale, raw.multiply(scale, MathContext.DECIMAL64), found);
          }
        });
  }

  private void judge(
      ValueForm form, int at, BigDecimal scale, BigDecimal value, List<Guess> found) {
    if (isNear(value, tolerance)) {
      found.add(new Guess(form, at, scale, false, value, isNear(value, halfDigit)));
    } else if (isNear(value.negate(), tolerance)) {
      BigDecimal turned = value.negate();
      found.add(new Guess(form, at, scale, true, turned, isNear(turned, halfDigit)));
    }
  }

  private boolean isNear(BigDecimal value, BigDecimal limit) {
    return value.subtract(expected).abs().compareTo(limit) <= 0;
  }

  /// Chance makes a float that rounds to the digits expected least of all; then plain forms go
  /// before swapped, scaled and negated ones.
  private static final Comparator<Guess> LIKELIEST =
      Comparator.comparing((Guess guess) -> !guess.isSharp())
          .thenComparing(Guess::negated)
          .thenComparing(guess -> !guess.form().kind().isFloat() || guess.form().words() == 1)
          .thenComparingInt(ValueGuesses::cost)
          .thenComparingInt(guess -> guess.form().kind().words())
          .thenComparingInt(Guess::at)
          .thenComparing(guess -> guess.form().kind());

  /// How far from plain: swapped words are common, swapped bytes and digits in BCD are not.
  private static int cost(Guess guess) {
    ValueForm form = guess.form();
    int order = form.isNatural() ? 0 : form.order().endsWith("ab") ? 1 : 4;
    return WHOLE_SCALES.indexOf(guess.scale()) + order + (form.kind().isBcd() ? 4 : 0);
  }

  private static List<BigDecimal> decimals(String... numbers) {
    return List.of(numbers).stream().map(BigDecimal::new).toList();
  }
}
