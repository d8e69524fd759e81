package dev.voltbus.contract;

import java.math.BigDecimal;
import java.math.MathContext;

/// The floating-point numbers of the wire and their bits (IEEE 754 binary16, 32 and 64).
final class RealNumber {
  /// Up to here every integer is a float.
  private static final float EXACT_FLOAT = 1 << 24;

  /// More digits never tell two halves apart.
  private static final int HALF_DIGITS = 5;

  private RealNumber() {}

  static boolean isFinite(WireType type, long bits) {
    return Double.isFinite(exact(type, bits));
  }

  static boolean isNan(WireType type, long bits) {
    return Double.isNaN(exact(type, bits));
  }

  private static double exact(WireType type, long bits) {
    return switch (type) {
      case F16 -> Float.float16ToFloat((short) bits);
      case F32 -> Float.intBitsToFloat((int) bits);
      default -> Double.longBitsToDouble(bits);
    };
  }

  /// The double a person would read in the number: 52.8, not 52.79999923706055.
  static double of(WireType type, long bits) {
    return switch (type) {
      case F16 -> shortestHalf((short) bits);
      case F32 -> shortest(Float.intBitsToFloat((int) bits));
      default -> Double.longBitsToDouble(bits);
    };
  }

  private static double shortest(float number) {
    boolean plain = number == Math.rint(number) && Math.abs(number) <= EXACT_FLOAT;
    return plain || !Float.isFinite(number) ? number : Double.parseDouble(Float.toString(number));
  }

  private static double shortestHalf(short bits) {
    float number = Float.float16ToFloat(bits);
    if (number == Math.rint(number) || !Float.isFinite(number)) {
      return number;
    }
    BigDecimal exact = new BigDecimal(number);
    for (int digits = 1; digits < HALF_DIGITS; digits++) {
      BigDecimal rounded = exact.round(new MathContext(digits));
      if (Float.floatToFloat16(rounded.floatValue()) == bits) {
        return rounded.doubleValue();
      }
    }
    return exact.round(new MathContext(HALF_DIGITS)).doubleValue();
  }

  /// The bits of the nearest number of the type; those of infinity if there is none.
  static long bits(WireType type, BigDecimal number) {
    return switch (type) {
      case F16 -> Float.floatToFloat16(number.floatValue()) & 0xFFFFL;
      case F32 -> Float.floatToRawIntBits(number.floatValue()) & 0xFFFFFFFFL;
      default -> Double.doubleToRawLongBits(number.doubleValue());
    };
  }
}
