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
  /// Up to here every integer is a float.
  private static final float EXACT_FLOAT = 1 << 24;

  private final RegisterSpec spec;
  private final WireSource wire;
  private final WireType type;
  private final int words;
  private final boolean lowWordFirst;
  private final boolean lowByteFirst;
  private final int shift;
  private final long mask;
  private final boolean signed;
  private final int bits;
  private final long[] absent;
  private final ScalePlan scale;
  private final Map<Long, String> texts;

  private RegisterCodec(RegisterSpec spec, WireSource wire) {
    this.spec = spec;
    this.wire = wire;
    this.type = wire.type();
    this.words = wire.words();
    this.lowWordFirst = wire.wordOrder() == WordOrder.LOW_FIRST;
    this.lowByteFirst = wire.byteOrder() == ByteOrder.LOW_FIRST;
    this.bits = bitsOf(wire);
    this.shift = wire.slice().shift();
    this.mask = bits == 64 ? -1L : (1L << bits) - 1;
    this.signed = type.isSigned() && !type.isFloat();
    this.absent = spec.absent().stream().mapToLong(this::asRaw).toArray();
    this.scale = new ScalePlan(spec.scaling());
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
    int width =
        switch (wire.type()) {
          case BOOL -> 1;
          case U8, S8 -> 8;
          default -> 16 * Math.min(4, wire.words());
        };
    return wire.slice().isWhole() ? width : Math.min(wire.slice().width(), 64);
  }

  /// A device file may write the sentinel of a signed register either way: -32768 or 32768.
  private long asRaw(long sentinel) {
    boolean fits = bits == 64 || (sentinel <= mask && sentinel >= -(1L << (bits - 1)));
    return fits && signed ? signExtend(sentinel & mask) : fits ? sentinel & mask : sentinel;
  }

  public RegisterSpec spec() {
    return spec;
  }

  public WireSource wire() {
    return wire;
  }

  /// The raw number in the words from `at` on: sign extended for signed types, the bit pattern for
  /// floating point, 0 for text.
  public long raw(short[] block, int at) {
    if (type.isText()) {
      return 0;
    }
    long pattern = (pattern(block, at) >>> shift) & mask;
    return signed ? signExtend(pattern) : pattern;
  }

  /// Whether the raw number means that there is no value.
  public boolean isAbsent(long raw) {
    for (long sentinel : absent) {
      if (raw == sentinel) {
        return true;
      }
    }
    return false;
  }

  /// The reason why this raw number is no good value, or `QualityReason.NONE`.
  public QualityReason check(long raw) {
    if (isAbsent(raw)) {
      return QualityReason.SENSOR_ABSENT;
    }
    boolean finite =
        switch (type) {
          case F32 -> Float.isFinite(Float.intBitsToFloat((int) raw));
          case F64 -> Double.isFinite(value(raw));
          default -> true;
        };
    return finite ? QualityReason.NONE : QualityReason.NOT_A_NUMBER;
  }

  /// The value of a raw number that passed `check`: the double nearest to the exact decimal result.
  public double value(long raw) {
    return switch (type) {
      case F32 -> scale.real(shortest(Float.intBitsToFloat((int) raw)));
      case F64 -> scale.real(Double.longBitsToDouble(raw));
      default -> signed ? scale.signed(raw) : scale.unsigned(raw);
    };
  }

  /// The double a person would read in the float: 52.8, not 52.79999923706055.
  private static double shortest(float number) {
    boolean plain = number == Math.rint(number) && Math.abs(number) <= EXACT_FLOAT;
    return plain ? number : Double.parseDouble(Float.toString(number));
  }

  /// The text of a register: its characters, the name of its raw number, or the names of its set
  /// bits. Null if it has none.
  public @Nullable String text(short[] block, int at, long raw) {
    return switch (type) {
      case STRING -> characters(block, at);
      case BYTES -> HexFormat.of().formatHex(bytes(block, at));
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
    StringBuilder out = new StringBuilder(words * 2);
    for (byte b : bytes(block, at)) {
      if (b != 0) {
        out.append(b >= 0x20 && b < 0x7F ? (char) b : '?');
      }
    }
    return out.toString().stripTrailing();
  }

  private byte[] bytes(short[] block, int at) {
    byte[] out = new byte[words * 2];
    for (int i = 0; i < words; i++) {
      int word = word(block, at, lowWordFirst ? words - 1 - i : i);
      out[2 * i] = (byte) (word >>> 8);
      out[2 * i + 1] = (byte) word;
    }
    return out;
  }

  private long pattern(short[] block, int at) {
    long pattern = 0;
    for (int i = 0; i < words; i++) {
      pattern = pattern << 16 | word(block, at, lowWordFirst ? words - 1 - i : i);
    }
    return pattern;
  }

  private int word(short[] block, int at, int index) {
    int word = block[at + index] & 0xFFFF;
    return lowByteFirst ? (word & 0xFF) << 8 | word >>> 8 : word;
  }

  private long signExtend(long pattern) {
    return pattern << (64 - bits) >> (64 - bits);
  }

  /// The words for a value, rounded half away from zero to the register's step.
  ///
  /// @throws IllegalArgumentException naming register, value and bound, if the value is not finite,
  ///   does not fit the type, or is outside the range of the device file
  public short[] encode(double value) {
    if (type.isText() || !wire.slice().isWhole()) {
      throw new IllegalArgumentException(
          "register "
              + spec.key()
              + ": a number cannot be written to type "
              + type.word()
              + (wire.slice().isWhole() ? "" : " inside a shared word"));
    }
    checkFinite(value);
    return switch (type) {
      case F32 -> words(Float.floatToRawIntBits(checkedFloat(value)) & 0xFFFFFFFFL);
      case F64 -> words(Double.doubleToRawLongBits(checkedDouble(value)));
      default -> words(checkedInteger(value));
    };
  }

  /// Whether other registers have bits in the same words.
  public boolean isShared() {
    return !wire.slice().isWhole();
  }

  /// The bits of its words that the register owns, set, in wire order.
  public short[] ownBits() {
    short[] all = new short[words];
    Arrays.fill(all, (short) 0xFFFF);
    return isShared() ? words(mask << shift) : all;
  }

  /// The words for a value when they may be shared with other registers: its own bits from the
  /// value, the others as they are.
  ///
  /// @param current the words as they are, in wire order
  /// @throws IllegalArgumentException as [#encode]
  public short[] encodeInto(short[] current, double value) {
    Objects.checkIndex(words - 1, current.length);
    if (!isShared()) {
      return encode(value);
    }
    checkFinite(value);
    short[] part = words((checkedInteger(value) & mask) << shift);
    short[] own = ownBits();
    for (int i = 0; i < words; i++) {
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

  private float checkedFloat(double value) {
    BigDecimal raw = scale.rawReal(value);
    checkReal(raw, raw.floatValue(), value);
    return raw.floatValue();
  }

  private double checkedDouble(double value) {
    BigDecimal raw = scale.rawReal(value);
    checkReal(raw, raw.doubleValue(), value);
    return raw.doubleValue();
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

  private long checkedInteger(double value) {
    BigInteger raw = scale.rawInteger(value);
    BigInteger least = signed ? BigInteger.ONE.shiftLeft(bits - 1).negate() : BigInteger.ZERO;
    BigInteger most = BigInteger.ONE.shiftLeft(signed ? bits - 1 : bits).subtract(BigInteger.ONE);
    @Nullable Long min = spec.range().min();
    @Nullable Long max = spec.range().max();
    BigInteger low = min == null ? least : least.max(BigInteger.valueOf(min));
    BigInteger high = max == null ? most : most.min(BigInteger.valueOf(max));
    if (raw.compareTo(low) < 0 || raw.compareTo(high) > 0) {
      throw outside(raw.toString(), value, low, high);
    }
    return raw.longValue();
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
    if (type != WireType.STRING || !printable || from.length > words * 2) {
      throw new IllegalArgumentException(
          "register "
              + spec.key()
              + ": text of "
              + text.length()
              + " characters does not fit "
              + words * 2
              + " bytes of printable ASCII");
    }
    short[] out = new short[words];
    for (int i = 0; i < from.length; i++) {
      out[i / 2] |= (short) (from[i] << (i % 2 == 0 ? 8 : 0));
    }
    return ordered(out);
  }

  private short[] words(long pattern) {
    short[] out = new short[words];
    for (int i = 0; i < words; i++) {
      out[words - 1 - i] = (short) (pattern >>> (16 * i));
    }
    return ordered(out);
  }

  private short[] ordered(short[] highFirst) {
    short[] out = new short[words];
    for (int i = 0; i < words; i++) {
      short word = highFirst[lowWordFirst ? words - 1 - i : i];
      out[i] = lowByteFirst ? Short.reverseBytes(word) : word;
    }
    return out;
  }
}
