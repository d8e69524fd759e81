package dev.voltbus.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/// Every integer type in every word order, byte order, slice, scale, offset and sign, against
/// BigDecimal arithmetic.
class RegisterCodecTableTest {
  private static final List<BitSlice> SLICES =
      List.of(
          BitSlice.WHOLE,
          BitSlice.LOW_BYTE,
          BitSlice.HIGH_BYTE,
          new BitSlice(3, 5),
          new BitSlice(15, 1));
  private static final List<String> SCALES =
      List.of("1", "0.1", "0.000001", "2.5", "0.123456789", "1000");
  private static final List<String> OFFSETS = List.of("0", "-40", "273.15", "0.0000005");

  // A double keeps this many bits of a raw number apart after scaling and back.
  private static final BigInteger EXACT = BigInteger.ONE.shiftLeft(50);

  private final Random random = Seeds.random("register codec table");

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"F16", "F32", "F64", "STRING", "BYTES", "BCD8", "BCD16", "BCD24", "BCD32"})
  void everyIntegerTypeDecodesAndEncodesInEveryForm(WireType type) {
    WireSource plain = WireSource.holding(7, type);
    for (WireOrder order : WireOrder.all(plain.words())) {
      SLICES.forEach(slice -> checkScalings(plain.withOrder(order).withSlice(slice)));
    }
    if (plain.words() == 4) {
      checkScalings(plain.withSlice(new BitSlice(13, 40)));
    }
  }

  private void checkScalings(WireSource wire) {
    for (String scale : SCALES) {
      for (String offset : OFFSETS) {
        check(wire, new Scaling(new BigDecimal(scale), new BigDecimal(offset), false));
        check(wire, new Scaling(new BigDecimal(scale), new BigDecimal(offset), true));
      }
    }
  }

  private void check(WireSource wire, Scaling scaling) {
    RegisterSpec spec = RegisterSpec.of("k", wire).withScaling(scaling);
    RegisterCodec codec = RegisterCodec.of(spec);
    raws(wire)
        .forEach(raw -> {
          String what = wire + " " + scaling + " raw " + raw;
          short[] words = words(wire, raw);
          assertEquals(raw.longValue(), codec.raw(words, 1), what);
          assertEquals(value(scaling, raw), codec.value(raw.longValue()), 0.0, what);
          assertEquals(QualityReason.NONE, codec.check(raw.longValue()), what);
          checkSentinel(spec, raw);
          if (raw.abs().compareTo(EXACT) < 0) {
            checkWayBack(codec, words, value(scaling, raw), what);
            checkNeighbours(codec, words, value(scaling, raw), what);
          }
        });
  }

  private static void checkSentinel(RegisterSpec spec, BigInteger raw) {
    RegisterCodec codec = RegisterCodec.of(spec.withAbsent(raw.longValue()));
    assertEquals(QualityReason.SENSOR_ABSENT, codec.check(raw.longValue()));
  }

  private static void checkWayBack(
      RegisterCodec codec, short[] wordsAfterOne, double value, String what) {
    short[] expected = Arrays.copyOfRange(wordsAfterOne, 1, wordsAfterOne.length);
    if (!codec.isShared()) {
      assertArrayEquals(expected, codec.encode(value), what);
    }
    assertArrayEquals(expected, codec.encodeInto(expected, value), what);
  }

  /// Whatever stood in the words: the register's own bits change, the others stay.
  private void checkNeighbours(
      RegisterCodec codec, short[] wordsAfterOne, double value, String what) {
    short[] own = codec.ownBits();
    short[] before = new short[own.length];
    for (int i = 0; i < before.length; i++) {
      before[i] = (short) random.nextInt();
    }
    short[] after = codec.encodeInto(before, value);
    for (int i = 0; i < own.length; i++) {
      assertEquals((short) (before[i] & ~own[i]), (short) (after[i] & ~own[i]), what);
      assertEquals((short) (wordsAfterOne[i + 1] & own[i]), (short) (after[i] & own[i]), what);
    }
  }

  private static double value(Scaling scaling, BigInteger raw) {
    BigDecimal product = new BigDecimal(raw).multiply(scaling.scale());
    return (scaling.negated() ? product.negate() : product).add(scaling.offset()).doubleValue();
  }

  /// Least, greatest, -1, 0, 1, the edges of exact doubles, and some random ones.
  private Stream<BigInteger> raws(WireSource wire) {
    int bits = bits(wire);
    boolean signed = wire.type().isSigned();
    BigInteger least = signed ? BigInteger.ONE.shiftLeft(bits - 1).negate() : BigInteger.ZERO;
    BigInteger most = BigInteger.ONE.shiftLeft(signed ? bits - 1 : bits).subtract(BigInteger.ONE);
    List<BigInteger> raws = new ArrayList<>(List.of(least, most, BigInteger.ZERO));
    Stream.of(-1L, 1L, 1L << 32, (1L << 53) - 1, (1L << 53) + 1, -(1L << 53) - 1)
        .map(BigInteger::valueOf)
        .forEach(raws::add);
    for (int i = 0; i < 6; i++) {
      raws.add(new BigInteger(bits, random).add(least));
    }
    return raws.stream().filter(raw -> raw.compareTo(least) >= 0 && raw.compareTo(most) <= 0);
  }

  private static int bits(WireSource wire) {
    return switch (wire.type()) {
      case BOOL -> wire.slice().isWhole() ? 1 : wire.slice().width();
      case U8, S8 -> wire.slice().isWhole() ? 8 : wire.slice().width();
      case U24, S24 -> wire.slice().isWhole() ? 24 : wire.slice().width();
      default -> wire.slice().isWhole() ? 16 * wire.words() : wire.slice().width();
    };
  }

  /// One word of noise, then the register; the bits around a slice are set at random.
  private short[] words(WireSource wire, BigInteger raw) {
    BigInteger pattern = raw.mod(BigInteger.ONE.shiftLeft(16 * wire.words()));
    if (!wire.slice().isWhole()) {
      BigInteger ones = BigInteger.ONE.shiftLeft(wire.slice().width()).subtract(BigInteger.ONE);
      BigInteger noise = new BigInteger(16 * wire.words(), random);
      pattern =
          noise
              .andNot(ones.shiftLeft(wire.slice().shift()))
              .or(raw.and(ones).shiftLeft(wire.slice().shift()));
    }
    return onWire(wire, pattern);
  }

  private static short[] onWire(WireSource wire, BigInteger pattern) {
    int words = wire.words();
    short[] out = new short[words + 1];
    out[0] = (short) 0xA55A;
    for (int place = 0; place < words; place++) {
      int significance =
          switch (wire.wordOrder()) {
            case HIGH_FIRST -> words - 1 - place;
            case LOW_FIRST -> place;
            case HIGH_PAIR_LOW_WORD -> List.of(2, 3, 0, 1).get(place);
            case LOW_PAIR_HIGH_WORD -> List.of(1, 0, 3, 2).get(place);
          };
      short word = pattern.shiftRight(16 * significance).shortValue();
      out[place + 1] = wire.byteOrder() == ByteOrder.LOW_FIRST ? Short.reverseBytes(word) : word;
    }
    return out;
  }

  @ParameterizedTest
  @CsvSource({
    "HIGH_FIRST, HIGH_FIRST, 1234, 5678",
    "LOW_FIRST, HIGH_FIRST, 5678, 1234",
    "HIGH_FIRST, LOW_FIRST, 3412, 7856",
    "LOW_FIRST, LOW_FIRST, 7856, 3412"
  })
  void theFourOrdersOfTwoWordsAreTheUsualOnes(
      WordOrder wordOrder, ByteOrder byteOrder, String first, String second) {
    WireSource wire =
        WireSource.holding(0, WireType.U32).withWordOrder(wordOrder).withByteOrder(byteOrder);
    short[] words = {(short) Integer.parseInt(first, 16), (short) Integer.parseInt(second, 16)};
    RegisterCodec codec = RegisterCodec.of(RegisterSpec.of("k", wire));
    assertEquals(0x12345678, codec.raw(words, 0));
    assertArrayEquals(words, codec.encode(0x12345678));
  }

  /// Two signed values share a word in some meters; the sign must come from the slice, not the
  /// word.
  @Test
  void packedBytesAreSignedOnTheirOwn() {
    short[] words = {(short) 0xFE7F};
    WireSource wire = WireSource.holding(0, WireType.S8);
    assertEquals(127, raw(wire.withSlice(BitSlice.LOW_BYTE), words));
    assertEquals(-2, raw(wire.withSlice(BitSlice.HIGH_BYTE), words));
    assertEquals(-2, raw(WireSource.holding(0, WireType.S16).withSlice(BitSlice.HIGH_BYTE), words));
    assertEquals(254, raw(WireSource.holding(0, WireType.U8).withSlice(BitSlice.HIGH_BYTE), words));
  }

  private static long raw(WireSource wire, short... words) {
    return RegisterCodec.of(RegisterSpec.of("k", wire)).raw(words, 0);
  }
}
