package dev.voltbus.contract;

/// How the words of a register are to be understood.
///
/// `code` is the `wire_type` number of contract tinybms section 2; types that contract does not
/// know have 0.
///
/// Append only; the ordinal is on the wire.
public enum WireType {
  BOOL("bool", 1, 0, false),
  U8("u8", 1, 1, false),
  S8("s8", 1, 4, true),
  U16("u16", 1, 2, false),
  S16("s16", 1, 5, true),
  U32("u32", 2, 3, false),
  S32("s32", 2, 0, true),
  U64("u64", 4, 0, false),
  S64("s64", 4, 0, true),
  F32("f32", 2, 6, true),
  F64("f64", 4, 6, true),
  BITS("bits", 1, 2, false),
  STRING("string", 0, 7, false),
  BYTES("bytes", 0, 7, false),
  /// IEEE 754 half precision.
  F16("f16", 1, 6, true),
  /// The low 24 bits of two words; what stands above them is left out.
  U24("u24", 2, 0, false),
  S24("s24", 2, 0, true),
  U48("u48", 3, 0, false),
  S48("s48", 3, 0, true),
  /// Two decimal digits in the low byte of a word.
  BCD8("bcd8", 1, 0, false),
  BCD16("bcd16", 1, 0, false),
  /// Six decimal digits in the low 24 bits of two words.
  BCD24("bcd24", 2, 0, false),
  BCD32("bcd32", 2, 0, false);

  private final String word;
  private final int words;
  private final int code;
  private final boolean signed;

  WireType(String word, int words, int code, boolean signed) {
    this.word = word;
    this.words = words;
    this.code = code;
    this.signed = signed;
  }

  public String word() {
    return word;
  }

  /// Number of words, or 0 where the register itself says how long it is. `BITS` may have up to
  /// four.
  public int words() {
    return words;
  }

  public int code() {
    return code;
  }

  public boolean isSigned() {
    return signed;
  }

  public boolean isFloat() {
    return this == F16 || this == F32 || this == F64;
  }

  /// True for decimal digits of four bits each; the raw number is the one they write.
  public boolean isBcd() {
    return this == BCD8 || this == BCD16 || this == BCD24 || this == BCD32;
  }

  /// Bits of the number in so many words; text has none.
  int bits(int count) {
    return switch (this) {
      case BOOL -> 1;
      case U8, S8, BCD8 -> 8;
      case U24, S24, BCD24 -> 24;
      default -> 16 * Math.min(4, count);
    };
  }

  /// True for text and raw bytes, which have no number.
  public boolean isText() {
    return this == STRING || this == BYTES;
  }
}
