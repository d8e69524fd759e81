package dev.voltbus.contract;

/// The place and form of a register on the wire.
///
/// @param table which of the four Modbus tables
/// @param address zero-based wire address of the first word, 0..65535
/// @param words number of words (for coils and discrete inputs: always 1)
/// @param type how the words are understood
/// @param wordOrder order of the words of a value of several words
/// @param byteOrder order of the bytes in a word
/// @param slice the bits used, or `BitSlice.WHOLE`
public record WireSource(
    RegisterTable table,
    int address,
    int words,
    WireType type,
    WordOrder wordOrder,
    ByteOrder byteOrder,
    BitSlice slice)
    implements ValueSource {

  public WireSource {
    if (address < 0 || address > 0xFFFF) {
      throw new IllegalArgumentException("address " + address + " is not in 0..65535");
    }
    if (words < 1 || words > table.largestRead()) {
      throw new IllegalArgumentException(
          table.word()
              + " "
              + address
              + ": "
              + words
              + " words are not in 1.."
              + table.largestRead());
    }
    if (address + words > 0x10000) {
      throw new IllegalArgumentException(
          table.word() + " " + address + ": " + words + " words reach beyond address 65535");
    }
    checkWords(table, address, words, type, wordOrder);
    if (table.isBits() && type != WireType.BOOL) {
      throw new IllegalArgumentException(
          table.word() + " " + address + ": type must be bool, not " + type.word());
    }
    if (!slice.isWhole()) {
      checkSlice(table, address, words, type, slice);
    }
  }

  private static void checkWords(
      RegisterTable table, int address, int words, WireType type, WordOrder wordOrder) {
    boolean longBits = type == WireType.BITS && !table.isBits() && words <= 4;
    if (type.words() != 0 && type.words() != words && !longBits) {
      throw new IllegalArgumentException(
          table.word()
              + " "
              + address
              + ": type "
              + type.word()
              + " has "
              + (type == WireType.BITS ? "1..4" : type.words())
              + " words, not "
              + words);
    }
    if (wordOrder.isPaired() && (words != 4 || type.isText())) {
      throw new IllegalArgumentException(
          table.word()
              + " "
              + address
              + ": word-order "
              + wordOrder.word()
              + " is for numbers of 4 words, not for type "
              + type.word());
    }
  }

  private static void checkSlice(
      RegisterTable table, int address, int words, WireType type, BitSlice slice) {
    if (type.isFloat() || type.isText() || type.isBcd()) {
      throw new IllegalArgumentException(
          table.word() + " " + address + ": type " + type.word() + " cannot be a bit slice");
    }
    if (slice.shift() + slice.width() > 16 * words) {
      throw new IllegalArgumentException(
          table.word()
              + " "
              + address
              + ": bits "
              + slice.shift()
              + ".."
              + (slice.shift() + slice.width() - 1)
              + " are not all in 0.."
              + (16 * words - 1));
    }
  }

  /// The usual form: one holding register, high byte first.
  public static WireSource holding(int address, WireType type) {
    return new WireSource(
        RegisterTable.HOLDING,
        address,
        Math.max(1, type.words()),
        type,
        WordOrder.HIGH_FIRST,
        ByteOrder.HIGH_FIRST,
        BitSlice.WHOLE);
  }

  public WireSource withWordOrder(WordOrder order) {
    return new WireSource(table, address, words, type, order, byteOrder, slice);
  }

  public WireSource withByteOrder(ByteOrder order) {
    return new WireSource(table, address, words, type, wordOrder, order, slice);
  }

  public WireSource withOrder(WireOrder order) {
    return new WireSource(table, address, words, type, order.words(), order.bytes(), slice);
  }

  public WireSource withSlice(BitSlice part) {
    return new WireSource(table, address, words, type, wordOrder, byteOrder, part);
  }

  public WireSource withWords(int count) {
    return new WireSource(table, address, count, type, wordOrder, byteOrder, slice);
  }

  /// The first address after this register.
  public int end() {
    return address + words;
  }

  /// `holding 304..310`, or `holding 304` for a single word.
  public String place() {
    return words == 1
        ? table.word() + " " + address
        : table.word() + " " + address + ".." + (end() - 1);
  }
}
