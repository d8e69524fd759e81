package dev.voltbus.contract;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The one place where words become values and values become words; compiled once for each
/// register. Reads and writes use the same rules, so a value that is written reads back as itself.
public final class RegisterCodec {
  private final RegisterSpec spec;
  private final WireSource wire;
  private final WireType type;
  private final WordLayout layout;
  private final int shift;
  private final long mask;
  private final boolean signed;
  private final int bits;
  private final long[] absent;
  private final ScalePlans scales;
  private final Map<Long, String> texts;

  private RegisterCodec(RegisterSpec spec, WireSource wire) {
    this.spec = spec;
    this.wire = wire;
    this.type = wire.type();
    this.layout = new WordLayout(wire);
    this.bits = bitsOf(wire);
    this.shift = wire.slice().shift();
    this.mask = bits == 64 ? -1L : (1L << bits) - 1;
    this.signed = type.isSigned() && !type.isFloat();
    this.absent = spec.absent().stream().mapToLong(this::asRaw).toArray();
    this.scales = new ScalePlans(spec.scaling());
    this.texts = spec.presentation().texts();
  }

  /// Compiles the codec of a register.
  ///
  /// @throws IllegalArgumentException if the register has no words
  public static RegisterCodec of(RegisterSpec spec) {
    if (!(spec.source() instanceof WireSource wire)) {
      throw new IllegalArgumentException("register " + spec.key() + " has no words");
    }
    return new RegisterCodec(spec, wire);
  }

  private static int bitsOf(WireSource wire) {
    return wire.slice().isWhole() ? wire.type().bits(wire.words()) : wire.slice().width();
  }

  /// A device file may write the sentinel of a signed register either way: -32768 or 32768. That of
  /// decimal digits is written as the bits: 0x9999.
  private long asRaw(long sentinel) {
    boolean fits = bits == 64 || (sentinel <= mask && sentinel >= -(1L << (bits - 1)));
    return fits ? number(sentinel & mask) : sentinel;
  }

  private long number(long pattern) {
    if (type.isBcd()) {
      return BinaryDecimal.decode(pattern);
    }
    return signed ? pattern << (64 - bits) >> (64 - bits) : pattern;
  }

  public RegisterSpec spec() {
    return spec;
  }

  public WireSource wire() {
    return wire;
  }

  /// The raw number in the words from `at` on: sign extended for signed types, the bit pattern for
  /// floating point, what decimal digits write (negative if they write none), 0 for text.
  public long raw(short[] block, int at) {
    return type.isText() ? 0 : number((layout.pattern(block, at) >>> shift) & mask);
  }

  /// The least raw number that an integer register can hold.
  public long leastRaw() {
    return least().longValue();
  }

  /// The greatest raw number that an integer register can hold; all 64 bits without a sign are -1.
  public long mostRaw() {
    return greatest().longValue();
  }

  /// Whether the raw number means that there is no value. One NaN among the sentinels stands for
  /// all of them: devices differ in its lower bits.
  public boolean isAbsent(long raw) {
    for (long sentinel : absent) {
      if (raw == sentinel || (isNan(sentinel) && isNan(raw))) {
        return true;
      }
    }
    return false;
  }

  private boolean isNan(long pattern) {
    return type.isFloat() && RealNumber.isNan(type, pattern);
  }

  /// The reason why this raw number is no good value, or `QualityReason.NONE`.
  public QualityReason check(long raw) {
    if (isAbsent(raw)) {
      return QualityReason.SENSOR_ABSENT;
    }
    boolean isNumber =
        switch (type) {
          case F16, F32 -> RealNumber.isFinite(type, raw);
          case F64 -> Double.isFinite(value(raw));
          default -> !type.isBcd() || raw >= 0;
        };
    return isNumber ? QualityReason.NONE : QualityReason.NOT_A_NUMBER;
  }

  /// The value of a raw number that passed `check`: the double nearest to the exact decimal result.
  public double value(long raw) {
    return value(raw, 0);
  }

  /// The value where a register of the device holds the scale factor.
  ///
  /// @param exponent what that register says, a valid `ScaleFactor`; 0 where the scale is fixed
  public double value(long raw, int exponent) {
    ScalePlan scale = scales.of(exponent);
    if (type.isFloat()) {
      return scale.real(RealNumber.of(type, raw));
    }
    return signed ? scale.signed(raw) : scale.unsigned(raw);
  }

  /// The text of a register: its characters, the name of its raw number, or the names of its set
  /// bits. Null if it has none.
  public @Nullable String text(short[] block, int at, long raw) {
    return switch (type) {
      case STRING -> characters(block, at);
      case BYTES -> HexFormat.of().formatHex(layout.bytes(block, at));
      case BITS -> texts.isEmpty() ? null : setBits(raw);
      default -> texts.get(raw);
    };
  }

  private String setBits(long raw) {
    StringBuilder out = new StringBuilder();
    texts.forEach((bit, name) -> {
      if ((raw >>> bit & 1) != 0) {
        out.append(out.isEmpty() ? "" : ", ").append(name);
      }
    });
    return out.toString();
  }

  /// Characters in wire order, zero bytes left out (contract tinybms section 2), blanks at the end
  /// removed; a byte that is not printable ASCII becomes a question mark.
  private String characters(short[] block, int at) {
    StringBuilder out = new StringBuilder(wire.words() * 2);
    for (byte b : layout.bytes(block, at)) {
      if (b != 0) {
        out.append(b >= 0x20 && b < 0x7F ? (char) b : '?');
      }
    }
    return out.toString().stripTrailing();
  }

  /// The words for a value, rounded half away from zero to the register's step.
  ///
  /// @throws IllegalArgumentException naming register, value and bound, if the value is not finite,
  ///   does not fit the type, or is outside the range of the device file; or if the register's
  ///   scale factor stands in another one
  public short[] encode(double value) {
    checkFixedScale();
    return encode(value, 0);
  }

  private void checkFixedScale() {
    @Nullable String scaleRegister = spec.scaling().scaleRegister();
    if (scaleRegister != null) {
      throw new IllegalArgumentException(
          "register " + spec.key() + ": cannot be written without the value of " + scaleRegister);
    }
  }

  /// The words for a value where a register of the device holds the scale factor.
  ///
  /// @param exponent what that register says, a valid `ScaleFactor`; 0 where the scale is fixed
  /// @throws IllegalArgumentException as above
  public short[] encode(double value, int exponent) {
    if (type.isText() || !wire.slice().isWhole()) {
      throw new IllegalArgumentException(
          "register "
              + spec.key()
              + ": a number cannot be written to type "
              + type.word()
              + (wire.slice().isWhole() ? "" : " inside a shared word"));
    }
    checkFinite(value);
    return layout.words(bitsFor(value, scales.of(exponent)));
  }

  private long bitsFor(double value, ScalePlan scale) {
    return type.isFloat()
        ? realBits(scale.rawReal(value), value)
        : integerBits(scale.rawInteger(value), value, "");
  }

  /// Whether other registers have bits in the same words.
  public boolean isShared() {
    return !wire.slice().isWhole();
  }

  /// The bits of its words that the register owns, set, in wire order.
  public short[] ownBits() {
    short[] all = new short[wire.words()];
    Arrays.fill(all, (short) 0xFFFF);
    return isShared() ? layout.words(mask << shift) : all;
  }

  /// The words for a value when they may be shared with other registers: its own bits from the
  /// value, the others as they are.
  ///
  /// @param current the words as they are, in wire order
  /// @throws IllegalArgumentException as [#encode]
  public short[] encodeInto(short[] current, double value) {
    checkFixedScale();
    if (!isShared()) {
      return encode(value, 0);
    }
    checkFinite(value);
    return into(current, bitsFor(value, scales.of(0)));
  }

  /// The words for a value where a register of the device holds the scale factor, rounded to the
  /// step towards 0: what goes to the device is never more than was asked for, such as of a limit.
  ///
  /// @param current the words as they are, in wire order
  /// @param exponent what the other register says, a valid `ScaleFactor`
  /// @throws IllegalArgumentException as [#encode]
  public short[] encodeAtMost(short[] current, double value, int exponent) {
    checkNumber(value);
    ScalePlan scale = scales.of(exponent);
    String with = " with scale factor " + exponent;
    long bits =
        type.isFloat()
            ? realBits(scale.rawReal(value), value)
            : integerBits(scale.rawWithin(value), value, with);
    return isShared() ? into(current, bits) : layout.words(bits);
  }

  /// Refuses what no register of this type takes, whatever its scale factor.
  ///
  /// @throws IllegalArgumentException naming register and value
  public void checkNumber(double value) {
    if (type.isText()) {
      throw new IllegalArgumentException(
          "register " + spec.key() + ": a number cannot be written to type " + type.word());
    }
    checkFinite(value);
  }

  private short[] into(short[] current, long bits) {
    Objects.checkIndex(wire.words() - 1, current.length);
    short[] part = layout.words((bits & mask) << shift);
    short[] own = ownBits();
    for (int i = 0; i < own.length; i++) {
      part[i] = (short) ((current[i] & ~own[i]) | (part[i] & own[i]));
    }
    return part;
  }

  private void checkFinite(double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(
          "register " + spec.key() + ": " + value + " is not finite");
    }
  }

  private long realBits(BigDecimal raw, double value) {
    long pattern = RealNumber.bits(type, raw);
    checkReal(raw, RealNumber.of(type, pattern), value);
    return pattern;
  }

  /// @param with what the message adds to the raw number
  private long integerBits(BigInteger exact, double value, String with) {
    long raw = checkedInteger(exact, value, with);
    return type.isBcd() ? BinaryDecimal.encode(raw) : raw;
  }

  private void checkReal(BigDecimal raw, double onWire, double value) {
    if (!Double.isFinite(onWire)) {
      throw new IllegalArgumentException(
          "register " + spec.key() + ": " + value + " does not fit " + type.word());
    }
    @Nullable Long min = spec.range().min();
    @Nullable Long max = spec.range().max();
    if ((min != null && raw.compareTo(BigDecimal.valueOf(min)) < 0)
        || (max != null && raw.compareTo(BigDecimal.valueOf(max)) > 0)) {
      throw outside(raw.stripTrailingZeros().toPlainString(), value, min, max);
    }
  }

  private long checkedInteger(BigInteger raw, double value, String with) {
    BigInteger least = least();
    BigInteger most = greatest();
    @Nullable Long min = spec.range().min();
    @Nullable Long max = spec.range().max();
    BigInteger low = min == null ? least : least.max(BigInteger.valueOf(min));
    BigInteger high = max == null ? most : most.min(BigInteger.valueOf(max));
    if (raw.compareTo(low) < 0 || raw.compareTo(high) > 0) {
      throw outside(raw + with, value, low, high);
    }
    return raw.longValue();
  }

  private BigInteger least() {
    return signed ? BigInteger.ONE.shiftLeft(bits - 1).negate() : BigInteger.ZERO;
  }

  private BigInteger greatest() {
    return type.isBcd()
        ? BigInteger.valueOf(BinaryDecimal.greatest(bits))
        : BigInteger.ONE.shiftLeft(signed ? bits - 1 : bits).subtract(BigInteger.ONE);
  }

  private IllegalArgumentException outside(
      String raw, double value, @Nullable Number low, @Nullable Number high) {
    return new IllegalArgumentException(
        "register "
            + spec.key()
            + ": "
            + value
            + " is raw "
            + raw
            + ", outside "
            + (low == null ? "" : low)
            + ".."
            + (high == null ? "" : high));
  }

  /// The words for a text; shorter text is filled with zero bytes.
  ///
  /// @throws IllegalArgumentException if the register holds no text, or the text is too long or not
  ///   printable ASCII
  public short[] encodeText(String text) {
    byte[] from = type == WireType.STRING ? text.getBytes(StandardCharsets.US_ASCII) : new byte[0];
    boolean printable = text.chars().allMatch(c -> c >= 0x20 && c < 0x7F);
    if (type != WireType.STRING || !printable || from.length > wire.words() * 2) {
      throw new IllegalArgumentException(
          "register "
              + spec.key()
              + ": text of "
              + text.length()
              + " characters does not fit "
              + wire.words() * 2
              + " bytes of printable ASCII");
    }
    return layout.words(from);
  }
}
