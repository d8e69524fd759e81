package dev.voltbus.contract;

import java.util.Locale;

/// Order of the words of a value that spans several registers.
///
/// With `ByteOrder` these are the eight orders a 64-bit value can have: words swapped inside each
/// 32-bit half or not, halves swapped or not, bytes swapped inside each word or not. The two paired
/// orders are for values of four words only; for shorter ones they would repeat the first two.
///
/// Append only; the ordinal is on the wire.
public enum WordOrder {
  HIGH_FIRST,
  LOW_FIRST,
  /// High 32-bit half first, in each half the low word first: words 1, 0, 3, 2.
  HIGH_PAIR_LOW_WORD,
  /// Low 32-bit half first, in each half the high word first: words 2, 3, 0, 1.
  LOW_PAIR_HIGH_WORD;

  /// The name used in device files and messages: `high-first`.
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// Whether halves and words are swapped apart from each other.
  public boolean isPaired() {
    return this == HIGH_PAIR_LOW_WORD || this == LOW_PAIR_HIGH_WORD;
  }

  /// Where a word stands on the wire, counted from 0.
  ///
  /// @param significance 0 for the highest word
  /// @param words number of words of the value
  int place(int significance, int words) {
    return switch (this) {
      case HIGH_FIRST -> significance;
      case LOW_FIRST -> words - 1 - significance;
      case HIGH_PAIR_LOW_WORD -> significance ^ 1;
      case LOW_PAIR_HIGH_WORD -> significance ^ 2;
    };
  }
}
