package dev.voltbus.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegisterCodecScalingTest {
  private static final int PAIRS = 100_000;

  private static RegisterCodec codec(WireType type, String scale) {
    return RegisterCodec.of(
        RegisterSpec.of("k", WireSource.holding(0, type)).withScaling(Scaling.by(scale)));
  }

  /// A value with digits that nobody measured would fill topics and databases with noise.
  @ParameterizedTest
  @CsvSource({
    "85500000, 0.000001, 85.5",
    "5200, 0.01, 52.0",
    "3, 0.1, 0.3",
    "49500, 0.002, 99.0",
    "4294967295, 0.001, 4294967.295",
    "1, 0.000000000000000001, 1.0E-18"
  })
  void aScaledIntegerIsTheNearestDouble(long raw, String scale, double value) {
    assertEquals(value, codec(WireType.U32, scale).value(raw), 0.0);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 18})
  void everyPowerOfTenRoundsLikeBigDecimal(int decimals) {
    Random random = Seeds.random("powers of ten");
    BigDecimal scale = BigDecimal.ONE.movePointLeft(decimals);
    RegisterCodec unsigned = codec(WireType.U64, scale.toPlainString());
    RegisterCodec signed = codec(WireType.S64, scale.toPlainString());
    for (int i = 0; i < PAIRS; i++) {
      long raw = random.nextLong() >>> random.nextInt(64);
      BigInteger asUnsigned = new BigInteger(Long.toUnsignedString(raw));
      assertEquals(exact(asUnsigned, scale), unsigned.value(raw), 0.0, "raw " + asUnsigned);
      assertEquals(exact(BigInteger.valueOf(raw), scale), signed.value(raw), 0.0, "raw " + raw);
    }
  }

  private static double exact(BigInteger raw, BigDecimal scale) {
    return new BigDecimal(raw).multiply(scale).doubleValue();
  }

  /// SunSpec: value = raw x 10^sf. Against BigDecimal, whose arithmetic is exact.
  @Test
  void aScaleFactorMultipliesByItsPowerOfTen() {
    Random random = Seeds.random("scale factors");
    for (String scale : new String[] {"1", "0.1", "2.5"}) {
      RegisterSpec spec =
          RegisterSpec.of("k", WireSource.holding(0, WireType.S32))
              .withScaling(
                  new Scaling(new BigDecimal(scale), new BigDecimal("0.5"), true)
                      .withScaleRegister("sf"));
      RegisterCodec codec = RegisterCodec.of(spec);
      for (int exponent = ScaleFactor.LEAST; exponent <= ScaleFactor.MOST; exponent++) {
        int raw = random.nextInt();
        double exact =
            new BigDecimal(-(long) raw)
                .multiply(new BigDecimal(scale))
                .scaleByPowerOfTen(exponent)
                .add(new BigDecimal("0.5"))
                .doubleValue();
        assertEquals(exact, codec.value(raw, exponent), 0.0, raw + " x 10^" + exponent);
        assertEquals(raw, codec.raw(codec.encode(exact, exponent), 0));
      }
    }
  }

  @Test
  void aScaledValueIsNeitherMadeNorWrittenWithoutItsScaleFactor() {
    RegisterSpec spec =
        RegisterSpec.of("k", WireSource.holding(0, WireType.S16))
            .withScaling(Scaling.ONE.withScaleRegister("k_sf"));
    RegisterCodec codec = RegisterCodec.of(spec);
    assertEquals(
        "register k: cannot be written without the value of k_sf", refusal(() -> codec.encode(1)));
    assertEquals("scale factor 11 is not in -10..10", refusal(() -> codec.value(1, 11)));
    assertEquals("scale factor -11 is not in -10..10", refusal(() -> codec.encode(1, -11)));
    for (long raw : new long[] {-32768, -11, 11, 65535, 32767}) {
      assertEquals(false, ScaleFactor.isValid(raw));
    }
  }

  private static RegisterCodec scaled(WireType type, String scale, String offset, RawRange range) {
    BigDecimal exact = new BigDecimal(scale);
    Scaling scaling = new Scaling(exact.abs(), new BigDecimal(offset), exact.signum() < 0);
    return RegisterCodec.of(
        RegisterSpec.of("k", WireSource.holding(0, type))
            .withScaling(scaling.withScaleRegister("k_sf"))
            .writable(range));
  }

  /// A limit of 12.99 A must not become 13 A because the device counts whole amperes today.
  @ParameterizedTest
  @CsvSource({
    "S16, 1, 0, 12.5, -1, 125",
    "S16, 1, 0, 12.5, 0, 12",
    "S16, 1, 0, 12.99, 0, 12",
    "S16, 1, 0, -12.99, 0, -12",
    "S16, 1, 0, 12.5, 1, 1",
    "S16, 1, 0, 9.9, 1, 0",
    "S16, 1, 0, -9.9, 1, 0",
    "U16, 1, 0, 100, -2, 10000",
    "S32, 1, 0, 123456789, -1, 1234567890",
    "S16, 0.1, 0, 12.99, 0, 129",
    "S16, -1, 0, 12.99, 0, -12",
    "S16, -1, 0, -12.99, 0, 12",
    "S16, 1, 0.5, 12.99, 0, 12",
    "S16, 1, 10, 3.2, 0, -7",
    // What 0.1 + 0.7 and 0.1 x 3 leave is no reason to write a step less.
    "S16, 1, 0, 0.7999999999999999, -1, 8",
    "S16, 1, 0, 0.30000000000000004, -1, 3",
    "F32, 1, 0, 12.5, -1, 125"
  })
  void aWriteWithAScaleFactorRoundsToTheSmallerMagnitude(
      WireType type, String scale, String offset, double value, int factor, int raw) {
    RegisterCodec codec = scaled(type, scale, offset, RawRange.UNSTATED);
    short[] words = codec.encodeAtMost(new short[type.words()], value, factor);
    long read = codec.raw(words, 0);
    assertEquals(raw, type.isFloat() ? (long) codec.value(read, 0) : read);
  }

  @Test
  void whatIsWrittenWithAScaleFactorIsNeverMoreThanWasAskedFor() {
    Random random = Seeds.random("at most");
    for (int i = 0; i < PAIRS; i++) {
      int factor = random.nextInt(ScaleFactor.MOST + 1);
      RegisterCodec codec = scaled(WireType.S64, "0.1", "0", RawRange.UNSTATED);
      double asked = (random.nextDouble() - 0.5) * 1e12;
      double written =
          codec.value(codec.raw(codec.encodeAtMost(new short[4], asked, factor), 0), factor);
      double step = 0.1 * Math.pow(10, factor);
      assertEquals(true, Math.abs(written) <= Math.abs(asked) + 1e-8 * step, asked + " " + written);
      assertEquals(true, Math.abs(asked - written) < step * 1.000001, asked + " " + written);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "U16, 700, -2, 'register k: 700.0 is raw 70000 with scale factor -2, outside 0..65535'",
    "U16, -1, 0, 'register k: -1.0 is raw -1 with scale factor 0, outside 0..65535'",
    "S16, 1e6, 1, 'register k: 1000000.0 is raw 100000 with scale factor 1, outside -32768..32767'",
    "U16, NaN, 0, 'register k: NaN is not finite'",
    "U16, 1, 11, 'scale factor 11 is not in -10..10'",
    "STRING, 1, 0, 'register k: a number cannot be written to type string'"
  })
  void aValueThatDoesNotFitItsScaleFactorIsRefused(
      WireType type, double value, int factor, String message) {
    RegisterSpec spec =
        RegisterSpec.of("k", WireSource.holding(0, type))
            .withScaling(Scaling.ONE.withScaleRegister("k_sf"));
    RegisterCodec codec = RegisterCodec.of(spec);
    assertEquals(message, refusal(() -> codec.encodeAtMost(new short[4], value, factor)));
  }

  @Test
  void theRawBoundsHoldWhateverTheScaleFactor() {
    RegisterCodec codec = scaled(WireType.S16, "1", "0", new RawRange(-10000L, 10000L, null));
    assertArrayEquals(new short[] {10000}, codec.encodeAtMost(new short[1], 100, -2));
    assertEquals(
        "register k: 100.01 is raw 10001 with scale factor -2, outside -10000..10000",
        refusal(() -> codec.encodeAtMost(new short[1], 100.01, -2)));
  }

  @Test
  void aPartOfAWordMayHaveAScaleFactorToo() {
    WireSource high = WireSource.holding(0, WireType.U8).withSlice(BitSlice.HIGH_BYTE);
    RegisterCodec codec =
        RegisterCodec.of(
            RegisterSpec.of("k", high).withScaling(Scaling.ONE.withScaleRegister("k_sf")));
    assertArrayEquals(new short[] {0x1E55}, codec.encodeAtMost(new short[] {0x0155}, 3.09, -1));
  }

  @Test
  void theDecimalsFollowTheScaleFactor() {
    RegisterSpec spec =
        RegisterSpec.of("k", WireSource.holding(0, WireType.S16))
            .withPresentation(Presentation.NONE.withPrecision(1));
    assertEquals(1, spec.precision(0));
    assertEquals(3, spec.precision(-2));
    assertEquals(0, spec.precision(3));
    assertEquals(9, spec.precision(-10));
  }

  @Test
  void anOffsetDoesNotCostADigit() {
    RegisterSpec spec = RegisterSpec.of("k", WireSource.holding(0, WireType.U16));
    Scaling scaling = new Scaling(new BigDecimal("0.1"), new BigDecimal("0.2"), false);
    assertEquals(0.3, RegisterCodec.of(spec.withScaling(scaling)).value(1), 0.0);
    Scaling wide = new Scaling(new BigDecimal("1"), new BigDecimal("100000000000000"), false);
    assertEquals(100000000000001.0, RegisterCodec.of(spec.withScaling(wide)).value(1), 0.0);
  }

  @Test
  void anUnsignedNumberAboveTheSignedRangeStaysPositive() {
    RegisterCodec codec = codec(WireType.U64, "1");
    assertEquals(0x1p63, codec.value(Long.MIN_VALUE), 0.0);
    assertEquals(0x1p64, codec.value(-1L), 0.0);
    assertEquals(18446744073709.55, codec(WireType.U64, "0.000001").value(-1L), 0.01);
    assertArrayEquals(new short[] {(short) 0x8000, 0, 0, 0}, codec.encode(0x1p63));
  }

  @Test
  void nothingIsEverNegativeZero() {
    RegisterSpec spec = RegisterSpec.of("k", WireSource.holding(0, WireType.S16));
    Scaling negated = new Scaling(BigDecimal.ONE, BigDecimal.ZERO, true);
    assertEquals("0.0", Double.toString(RegisterCodec.of(spec.withScaling(negated)).value(0)));
    long minusZero = Float.floatToRawIntBits(-0.0f) & 0xFFFFFFFFL;
    assertEquals("0.0", Double.toString(codec(WireType.F32, "1").value(minusZero)));
    assertEquals("0.0", Double.toString(codec(WireType.F64, "1").value(Long.MIN_VALUE)));
  }

  @ParameterizedTest
  @CsvSource({
    "0.1, 0.25, 3",
    "0.1, -0.25, -3",
    "0.1, 0.24, 2",
    "1, 0.5, 1",
    "1, -0.5, -1",
    "1, 2.5, 3",
    "1, 0.49999999999999994, 0",
    "3, 1.4999999999999998, 0",
    "3, 4.5, 2",
    "0.01, 1.005, 101"
  })
  void writingRoundsHalfAwayFromZero(String scale, double value, int raw) {
    assertArrayEquals(new short[] {(short) raw}, codec(WireType.S16, scale).encode(value));
  }

  @ParameterizedTest
  @CsvSource({
    "U16, 65536, 'register k: 65536.0 is raw 65536, outside 0..65535'",
    "U16, -1, 'register k: -1.0 is raw -1, outside 0..65535'",
    "S16, 32768, 'register k: 32768.0 is raw 32768, outside -32768..32767'",
    "S16, -32769, 'register k: -32769.0 is raw -32769, outside -32768..32767'",
    "U8, 256, 'register k: 256.0 is raw 256, outside 0..255'",
    "S8, -129, 'register k: -129.0 is raw -129, outside -128..127'",
    "BOOL, 2, 'register k: 2.0 is raw 2, outside 0..1'",
    "U16, NaN, 'register k: NaN is not finite'",
    "F32, Infinity, 'register k: Infinity is not finite'",
    "F32, 1e39, 'register k: 1.0E39 does not fit f32'"
  })
  void aValueThatDoesNotFitIsRefused(WireType type, double value, String message) {
    RegisterCodec codec = codec(type, "1");
    assertEquals(message, refusal(() -> codec.encode(value)));
  }

  @Test
  void theBoundsOfTheDeviceFileHoldForIntegersAndFloats() {
    RawRange range = new RawRange(10L, 600L, null);
    assertEquals(
        "register k: 60.1 is raw 601, outside 10..600", refusal(WireType.U16, "0.1", range, 60.1));
    assertEquals(
        "register k: 0.9 is raw 9, outside 10..600", refusal(WireType.U16, "0.1", range, 0.9));
    assertEquals(
        "register k: 600.5 is raw 600.5, outside 10..600",
        refusal(WireType.F32, "1", range, 600.5));
    assertEquals(
        "register k: 601.0 is raw 601, outside ..600",
        refusal(WireType.F64, "1", new RawRange(null, 600L, null), 601));
  }

  private static String refusal(WireType type, String scale, RawRange range, double value) {
    RegisterSpec spec =
        RegisterSpec.of("k", WireSource.holding(0, type)).withScaling(Scaling.by(scale));
    RegisterCodec codec = RegisterCodec.of(spec.writable(range));
    return refusal(() -> codec.encode(value));
  }

  private static String refusal(org.junit.jupiter.api.function.Executable write) {
    return assertThrows(IllegalArgumentException.class, write).getMessage();
  }

  /// Writing part of a word would need a read first, and another master may write in between.
  @Test
  void aNumberIsNotWrittenIntoASharedWordOrText() {
    WireSource shared = WireSource.holding(0, WireType.U8).withSlice(BitSlice.HIGH_BYTE);
    RegisterCodec codec = RegisterCodec.of(RegisterSpec.of("k", shared));
    assertEquals(
        "register k: a number cannot be written to type u8 inside a shared word",
        refusal(() -> codec.encode(1)));
    RegisterCodec text = codec(WireType.STRING, "1");
    assertEquals(
        "register k: a number cannot be written to type string", refusal(() -> text.encode(1)));
  }

  /// The high byte of TinyBMS register 330 takes 0..30; a slip must not reach the low byte.
  @Test
  void aPartOfAWordIsWrittenWithinItsOwnBounds() {
    WireSource shared = WireSource.holding(330, WireType.U8).withSlice(BitSlice.HIGH_BYTE);
    RegisterSpec spec = RegisterSpec.of("k", shared);
    RegisterCodec bounded = RegisterCodec.of(spec.writable(new RawRange(0L, 30L, null)));
    short[] current = {0x0501};
    assertArrayEquals(new short[] {0x1E01}, bounded.encodeInto(current, 30));
    assertEquals(
        "register k: 31.0 is raw 31, outside 0..30",
        refusal(() -> bounded.encodeInto(current, 31)));
    assertEquals(
        "register k: 256.0 is raw 256, outside 0..255",
        refusal(() -> RegisterCodec.of(spec).encodeInto(current, 256)));
    assertEquals(
        "register k: NaN is not finite", refusal(() -> bounded.encodeInto(current, Double.NaN)));
  }

  @Test
  void aFloatShowsTheDigitsAPersonWouldRead() {
    assertEquals(52.8, codec(WireType.F32, "1").value(bits(52.8f)), 0.0);
    assertEquals(5.28, codec(WireType.F32, "0.1").value(bits(52.8f)), 0.0);
    assertEquals(16777215, codec(WireType.F32, "1").value(bits(16777215f)), 0.0);
    assertEquals(1.234568E18, codec(WireType.F32, "1").value(bits(1.234568E18f)), 0.0);
    assertEquals(0.3, codec(WireType.F64, "0.1").value(Double.doubleToLongBits(3)), 0.0);
  }

  private static long bits(float number) {
    return Float.floatToRawIntBits(number) & 0xFFFFFFFFL;
  }

  @Test
  void everyFiniteFloatAndDoubleComesBackAsItself() {
    Random random = Seeds.random("floats");
    RegisterCodec single = codec(WireType.F32, "1");
    RegisterCodec twice = codec(WireType.F64, "1");
    for (int i = 0; i < PAIRS; i++) {
      float number = Float.intBitsToFloat(random.nextInt());
      if (Float.isFinite(number) && number != 0) {
        assertEquals(bits(number), single.raw(single.encode(single.value(bits(number))), 0));
      }
      double wide = Double.longBitsToDouble(random.nextLong());
      if (Double.isFinite(wide) && wide != 0) {
        assertEquals(wide, twice.value(twice.raw(twice.encode(wide), 0)), 0.0);
      }
    }
  }

  @Test
  void whatIsNotANumberIsNoGoodValue() {
    for (float number : new float[] {Float.NaN, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY}) {
      long wide = Double.doubleToRawLongBits(number);
      assertEquals(QualityReason.NOT_A_NUMBER, codec(WireType.F32, "1").check(bits(number)));
      assertEquals(QualityReason.NOT_A_NUMBER, codec(WireType.F64, "1").check(wide));
    }
  }

  /// A finite raw number may still have an infinite value.
  @Test
  void aNumberThatOverflowsWhenScaledIsNoGoodValue() {
    long raw = Double.doubleToRawLongBits(1e307);
    assertEquals(QualityReason.NONE, codec(WireType.F64, "1").check(raw));
    assertEquals(QualityReason.NOT_A_NUMBER, codec(WireType.F64, "1000").check(raw));
  }

  @Test
  void theSentinelOfASignedRegisterMayBeWrittenEitherWay() {
    RegisterSpec spec = RegisterSpec.of("k", WireSource.holding(42, WireType.S16));
    for (long sentinel : new long[] {32768, -32768}) {
      RegisterCodec codec = RegisterCodec.of(spec.withAbsent(sentinel));
      assertEquals(QualityReason.SENSOR_ABSENT, codec.check(codec.raw(words(0x8000), 0)));
    }
    RegisterSpec unsigned = RegisterSpec.of("k", WireSource.holding(42, WireType.U16));
    assertEquals(true, RegisterCodec.of(unsigned.withAbsent(-1L)).isAbsent(65535));
    assertEquals(false, RegisterCodec.of(unsigned.withAbsent(65536L)).isAbsent(0));
  }

  private static short[] words(int... words) {
    short[] out = new short[words.length];
    for (int i = 0; i < words.length; i++) {
      out[i] = (short) words[i];
    }
    return out;
  }

  @Test
  void aScaleOrOffsetBeyondADoubleIsRefused() {
    assertEquals(
        "scale 0 is not allowed: every value would be the offset", refusal(() -> Scaling.by("0")));
    assertEquals(
        "scale 1E+999999999 has more than 15 digits or 18 decimals",
        refusal(() -> Scaling.by("1E+999999999")));
    assertEquals(
        "offset 1E-19 has more than 15 digits or 18 decimals",
        refusal(() -> new Scaling(BigDecimal.ONE, new BigDecimal("1E-19"), false)));
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "10, 0", "0.1, 1", "0.01, 2", "0.002, 3", "0.5, 1", "0.000001, 4"})
  void theDecimalsOfAScaleFollowTheContract(String scale, int decimals) {
    assertEquals(decimals, Scaling.by(scale).decimals());
  }
}
