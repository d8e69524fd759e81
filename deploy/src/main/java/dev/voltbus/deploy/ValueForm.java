package dev.voltbus.deploy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// One way to read words as a number: a type, and which byte of the number stands where.
///
/// In `order` letter `a` is the most significant byte; the n-th letter is the n-th byte on the
/// wire, so that `abcd` is Modbus' own order and `cdab` has its words swapped. This arithmetic is
/// its own, shared with no codec: it is what a person holds against a device file.
///
/// @param order `ab`, `cdab`, `ghefcdab` and so on
record ValueForm(Kind kind, String order) {
  private static final List<String> OF_TWO = List.of("ab", "ba");
  private static final List<String> OF_FOUR = List.of("abcd", "cdab", "badc", "dcba");
  private static final List<String> OF_EIGHT =
      List.of(
          "abcdefgh",
          "ghefcdab",
          "badcfehg",
          "hgfedcba",
          "cdabghef",
          "efghabcd",
          "dcbahgfe",
          "fehgbadc");

  /// The types, by the names of the device file where it has them.
  enum Kind {
    U16(2),
    S16(2),
    F16(2),
    BCD16(2),
    U24(4),
    S24(4),
    U32(4),
    S32(4),
    F32(4),
    BCD32(4),
    U64(8),
    S64(8),
    F64(8);

    private final int bytes;

    Kind(int bytes) {
      this.bytes = bytes;
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    int words() {
      return bytes / 2;
    }

    boolean isFloat() {
      return this == F16 || this == F32 || this == F64;
    }

    boolean isBcd() {
      return this == BCD16 || this == BCD32;
    }

    /// The byte orders there are for so many bytes, Modbus' own first.
    List<String> orders() {
      return bytes == 2 ? OF_TWO : bytes == 4 ? OF_FOUR : OF_EIGHT;
    }
  }

  ValueForm {
    if (!kind.orders().contains(order)) {
      throw new UsageException(
          "--order `"
              + order
              + "` is not one of "
              + String.join(", ", kind.orders())
              + " for type "
              + kind.word());
    }
  }

  /// All there are, in the order of the types and Modbus' own byte order first.
  static List<ValueForm> all() {
    List<ValueForm> all = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      kind.orders().forEach(order -> all.add(new ValueForm(kind, order)));
    }
    return all;
  }

  /// The form a person named. An order of four letters serves every length: `cdab` swaps the words,
  /// `badc` the bytes of each, `dcba` both.
  ///
  /// @param order empty for Modbus' own
  /// @throws UsageException naming the valid words
  static ValueForm of(String type, String order) {
    for (Kind kind : Kind.values()) {
      if (kind.word().equals(type.toLowerCase(Locale.ROOT))) {
        return new ValueForm(kind, stretched(kind, order.toLowerCase(Locale.ROOT)));
      }
    }
    throw new UsageException(
        "--type `"
            + type
            + "` is not one of "
            + String.join(", ", Arrays.stream(Kind.values()).map(Kind::word).toList()));
  }

  private static String stretched(Kind kind, String order) {
    if (order.isEmpty()) {
      return kind.orders().getFirst();
    }
    int at = OF_FOUR.indexOf(order);
    if (at < 0 || kind.bytes == 4) {
      return order;
    }
    return kind.bytes == 8 ? OF_EIGHT.get(at) : OF_TWO.get(at / 2);
  }

  /// How many words it takes.
  int words() {
    return kind.words();
  }

  boolean isNatural() {
    return order.equals(kind.orders().getFirst());
  }

  /// The number in the words from `at` on; nothing if they hold none in this form.
  Optional<BigDecimal> number(int[] words, int at) {
    byte[] bytes = significant(words, at);
    return switch (kind) {
      case U16, U32, U64 -> Optional.of(new BigDecimal(new BigInteger(1, bytes)));
      case S16, S32, S64 -> Optional.of(new BigDecimal(new BigInteger(bytes)));
      case U24 -> low24(bytes).map(low -> new BigDecimal(new BigInteger(1, low)));
      case S24 -> low24(bytes).map(low -> new BigDecimal(new BigInteger(low)));
      case F16 -> finite(Float.float16ToFloat(new BigInteger(bytes).shortValue()));
      case F32 -> finite(Float.intBitsToFloat(new BigInteger(bytes).intValue()));
      case F64 -> finite(Double.longBitsToDouble(new BigInteger(bytes).longValue()));
      case BCD16, BCD32 -> digits(bytes);
    };
  }

  /// The bytes of the number, most significant first.
  private byte[] significant(int[] words, int at) {
    byte[] bytes = new byte[order.length()];
    for (int i = 0; i < bytes.length; i++) {
      int word = words[at + i / 2];
      bytes[order.charAt(i) - 'a'] = (byte) (i % 2 == 0 ? word >>> 8 : word);
    }
    return bytes;
  }

  /// The lower three bytes. With nothing above them they are the number of the 32-bit types too,
  /// and not worth a line of their own.
  private static Optional<byte[]> low24(byte[] bytes) {
    return bytes[0] == 0
        ? Optional.empty()
        : Optional.of(Arrays.copyOfRange(bytes, 1, bytes.length));
  }

  private static Optional<BigDecimal> finite(float number) {
    return Float.isFinite(number)
        ? Optional.of(new BigDecimal(Float.toString(number)))
        : Optional.empty();
  }

  private static Optional<BigDecimal> finite(double number) {
    return Double.isFinite(number)
        ? Optional.of(new BigDecimal(Double.toString(number)))
        : Optional.empty();
  }

  private static Optional<BigDecimal> digits(byte[] bytes) {
    String digits = HexFormat.of().formatHex(bytes);
    return digits.chars().allMatch(Character::isDigit)
        ? Optional.of(new BigDecimal(digits))
        : Optional.empty();
  }

  /// A number as people read it: no exponent where it has a few digits only.
  static String text(BigDecimal number) {
    BigDecimal plain = number.stripTrailingZeros();
    boolean isShort = plain.precision() - plain.scale() <= 20 && plain.scale() <= 12;
    return isShort ? plain.toPlainString() : plain.toString();
  }

  @Override
  public String toString() {
    return kind.word() + " " + order;
  }
}
