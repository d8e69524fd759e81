package dev.voltbus.contract;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/// A scaling made ready for many values: each result is the double nearest to the exact decimal
/// one. Raw numbers of usual size take two integer operations and one division.
final class ScalePlan {
  /// Up to here every integer is a double.
  private static final long EXACT = 1L << 53;

  /// Up to here every power of ten is a double.
  private static final int MOST_DECIMALS = 22;

  /// Decimals of a step beyond which there is nothing but the noise of computing with doubles.
  private static final int STEP_DECIMALS = 9;

  private final BigDecimal scale;
  private final BigDecimal offset;
  private final boolean identity;
  private final long factor;
  private final long addend;
  private final double divisor;
  private final long mostExact;

  ScalePlan(Scaling scaling) {
    this(scaling, 0);
  }

  /// @param exponent power of ten by which the scale is multiplied
  ScalePlan(Scaling scaling, int exponent) {
    BigDecimal shifted = whole(scaling.scale().scaleByPowerOfTen(exponent).stripTrailingZeros());
    this.scale = scaling.negated() ? shifted.negate() : shifted;
    this.offset = scaling.offset();
    this.identity = scale.compareTo(BigDecimal.ONE) == 0 && offset.signum() == 0;
    int decimals = Math.max(scale.scale(), offset.scale());
    this.divisor = BigDecimal.TEN.pow(decimals).doubleValue();
    BigDecimal wholeScale = scale.scaleByPowerOfTen(decimals);
    BigDecimal wholeOffset = offset.scaleByPowerOfTen(decimals);
    boolean small = decimals <= MOST_DECIMALS && isSmall(wholeScale) && isSmall(wholeOffset);
    this.factor = small ? wholeScale.longValueExact() : 0;
    this.addend = small ? wholeOffset.longValueExact() : 0;
    this.mostExact = small ? (EXACT - Math.abs(addend)) / Math.abs(factor) : -1;
  }

  /// Without a negative number of decimals.
  private static BigDecimal whole(BigDecimal number) {
    return number.scale() < 0 ? number.setScale(0) : number;
  }

  private static boolean isSmall(BigDecimal number) {
    return number.abs().compareTo(BigDecimal.valueOf(EXACT)) < 0;
  }

  /// The value of a signed raw number.
  double signed(long raw) {
    return raw <= mostExact && raw >= -mostExact ? quick(raw) : value(BigDecimal.valueOf(raw));
  }

  /// The value of a raw number without sign, up to 2^64 - 1.
  double unsigned(long raw) {
    return raw <= mostExact && raw >= 0
        ? quick(raw)
        : value(new BigDecimal(new BigInteger(Long.toUnsignedString(raw))));
  }

  /// Product and sum are exact, so the one division rounds correctly.
  private double quick(long raw) {
    return (raw * factor + addend) / divisor;
  }

  /// The value of a floating-point number; not finite if the number or the result is not.
  double real(double raw) {
    return identity || !Double.isFinite(raw)
        ? raw + 0.0 // no negative zero
        : value(decimal(raw));
  }

  private double value(BigDecimal raw) {
    return raw.multiply(scale).add(offset).doubleValue();
  }

  /// The raw integer for a finite value, rounded half away from zero.
  BigInteger rawInteger(double value) {
    return unshifted(value).divide(scale, 0, RoundingMode.HALF_UP).toBigInteger();
  }

  /// The raw integer whose value is nearest to a finite value and not farther from 0.
  BigInteger rawWithin(double value) {
    BigDecimal steps = unshifted(value).divide(scale, STEP_DECIMALS, RoundingMode.HALF_UP);
    boolean fewer = value < 0 == scale.signum() < 0;
    return steps.setScale(0, fewer ? RoundingMode.FLOOR : RoundingMode.CEILING).toBigInteger();
  }

  /// The raw real number for a finite value, to 34 digits.
  BigDecimal rawReal(double value) {
    return unshifted(value).divide(scale, MathContext.DECIMAL128);
  }

  private BigDecimal unshifted(double value) {
    return decimal(value).subtract(offset);
  }

  /// The decimal a person means by the double; beyond 2^53 it stands for itself.
  private static BigDecimal decimal(double value) {
    return Math.abs(value) < EXACT ? new BigDecimal(Double.toString(value)) : new BigDecimal(value);
  }
}
