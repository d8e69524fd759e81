package dev.voltbus.simulator;

import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One value of a simulated device.
///
/// @param address wire address of its first word
/// @param length number of words
/// @param words what a read sees, 0..65535 each
/// @param allowed which words a write may bring; null where writing is refused
/// @param written called with the words of a write that was accepted
record Row(
    int address,
    int length,
    Supplier<int[]> words,
    @Nullable Predicate<int[]> allowed,
    Consumer<int[]> written) {

  /// Least and greatest raw number of a writable row.
  ///
  /// @param signed whether the words are a signed number
  /// @param lowWordFirst order of the words of a row of two
  record Bounds(long least, long greatest, boolean signed, boolean lowWordFirst)
      implements Predicate<int[]> {

    @Override
    public boolean test(int[] words) {
      long number = 0;
      for (int i = 0; i < words.length; i++) {
        number = (number << 16) | words[lowWordFirst ? words.length - 1 - i : i];
      }
      long value = signed && words.length == 1 ? (short) number : number;
      return value >= least && value <= greatest;
    }
  }

  static Row readOnly(int address, int length, Supplier<int[]> words) {
    return new Row(address, length, words, null, ignored -> {});
  }

  /// A setting that keeps what is written.
  static Row setting(int address, int[] initial, Predicate<int[]> allowed) {
    int[] kept = initial.clone();
    return new Row(
        address,
        initial.length,
        kept::clone,
        allowed,
        words -> System.arraycopy(words, 0, kept, 0, kept.length));
  }

  /// The same row, with something more to do after a write.
  Row andThen(Consumer<int[]> more) {
    return new Row(address, length, words, allowed, written.andThen(more));
  }

  boolean isWritable() {
    return allowed != null;
  }
}
