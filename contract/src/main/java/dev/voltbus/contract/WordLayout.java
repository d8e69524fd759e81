package dev.voltbus.contract;

/// Where the words and bytes of a value stand on the wire, compiled once for each register. The
/// same places serve reading and writing.
final class WordLayout {
  /// Place of each word on the wire, the highest word first.
  private final int[] places;

  private final boolean lowByteFirst;

  WordLayout(WireSource wire) {
    this.places = new int[wire.words()];
    for (int i = 0; i < places.length; i++) {
      places[i] = wire.wordOrder().place(i, places.length);
    }
    this.lowByteFirst = wire.byteOrder() == ByteOrder.LOW_FIRST;
  }

  /// The bits of the words from `at` on; of more than four words the lowest 64.
  long pattern(short[] block, int at) {
    long pattern = 0;
    for (int place : places) {
      pattern = pattern << 16 | (ordered(block[at + place]) & 0xFFFF);
    }
    return pattern;
  }

  /// The bytes of the words from `at` on, the highest first.
  byte[] bytes(short[] block, int at) {
    byte[] out = new byte[2 * places.length];
    for (int i = 0; i < places.length; i++) {
      short word = ordered(block[at + places[i]]);
      out[2 * i] = (byte) (word >>> 8);
      out[2 * i + 1] = (byte) word;
    }
    return out;
  }

  /// The words on the wire for bits.
  short[] words(long pattern) {
    short[] out = new short[places.length];
    for (int i = 0; i < places.length; i++) {
      out[places[i]] = ordered((short) (pattern >>> (16 * (places.length - 1 - i))));
    }
    return out;
  }

  /// The words on the wire for bytes, filled up with zeros.
  short[] words(byte[] bytes) {
    short[] out = new short[places.length];
    for (int i = 0; i < bytes.length; i++) {
      out[places[i / 2]] |= (short) ((bytes[i] & 0xFF) << (i % 2 == 0 ? 8 : 0));
    }
    for (int i = 0; i < out.length; i++) {
      out[i] = ordered(out[i]);
    }
    return out;
  }

  private short ordered(short word) {
    return lowByteFirst ? Short.reverseBytes(word) : word;
  }
}
