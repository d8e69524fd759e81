package dev.voltbus.modbus;

import java.util.Arrays;

/// An immutable run of 16-bit register words, kept as primitives.
public final class Words {
  private final short[] words;

  private Words(short[] words) {
    this.words = words;
  }

  /// Words from unsigned values.
  ///
  /// @throws IllegalArgumentException for a value outside 0..65535
  public static Words of(int... values) {
    short[] words = new short[values.length];
    for (int i = 0; i < values.length; i++) {
      words[i] = (short) Range.check("word " + i, values[i], 0, 0xFFFF);
    }
    return new Words(words);
  }

  /// Words from 16-bit patterns; the array is copied.
  public static Words copyOf(short[] words) {
    return new Words(words.clone());
  }

  /// Words as they stand on the wire: two bytes each, high byte first.
  static Words fromWire(byte[] bytes, int offset, int count) {
    short[] words = new short[count];
    for (int i = 0; i < count; i++) {
      int at = offset + 2 * i;
      words[i] = (short) ((bytes[at] & 0xFF) << 8 | (bytes[at + 1] & 0xFF));
    }
    return new Words(words);
  }

  /// The words as they stand on the wire.
  byte[] toWire() {
    byte[] bytes = new byte[2 * words.length];
    for (int i = 0; i < words.length; i++) {
      bytes[2 * i] = (byte) (words[i] >> 8);
      bytes[2 * i + 1] = (byte) words[i];
    }
    return bytes;
  }

  public int size() {
    return words.length;
  }

  /// The word as a 16-bit pattern, which is its value when the register is signed.
  public short at(int index) {
    return words[index];
  }

  /// The word as 0..65535.
  public int unsigned(int index) {
    return words[index] & 0xFFFF;
  }

  /// Copies all words to `target`, the first one to `offset`.
  public void copyTo(short[] target, int offset) {
    System.arraycopy(words, 0, target, offset, words.length);
  }

  public short[] toArray() {
    return words.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Words that && Arrays.equals(words, that.words);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(words);
  }

  @Override
  public String toString() {
    return Arrays.toString(words);
  }
}
