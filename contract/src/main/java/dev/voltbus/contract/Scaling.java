package dev.voltbus.contract;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/// Turns raw numbers into values: `value = (negated ? -1 : 1) * (raw * scale) + offset`. With a
/// scale-factor register the scale is multiplied by ten to the power of what that register says.
///
/// @param scale never zero; exact decimal, so that 5200 x 0.01 is 52.0 and nothing beside it
/// @param offset added after scaling, in the value's unit
/// @param negated true where the device counts the other way than Voltbus does (current and power
///   are positive when the battery charges)
/// @param scaleRegister key of the register that holds the power of ten (see `ScaleFactor`), or
///   null where the scale is fixed
public record Scaling(
    BigDecimal scale, BigDecimal offset, boolean negated, @Nullable String scaleRegister) {
  private static final int MOST_DIGITS = 15;
  private static final int MOST_DECIMALS = 18;

  public static final Scaling ONE = new Scaling(BigDecimal.ONE, BigDecimal.ZERO, false);

  public Scaling {
    if (scale.signum() == 0) {
      throw new IllegalArgumentException("scale 0 is not allowed: every value would be the offset");
    }
    scale = normal("scale", scale);
    offset = normal("offset", offset);
  }

  /// A fixed scaling.
  public Scaling(BigDecimal scale, BigDecimal offset, boolean negated) {
    this(scale, offset, negated, null);
  }

  /// The same, times ten to the power that a register holds.
  public Scaling withScaleRegister(String key) {
    return new Scaling(scale, offset, negated, key);
  }

  public static Scaling by(String scale) {
    return new Scaling(new BigDecimal(scale), BigDecimal.ZERO, false);
  }

  /// The number without trailing zeros or exponent. It is judged before it is written out: the
  /// exponent in a damaged frame may ask for a thousand million zeros.
  private static BigDecimal normal(String what, BigDecimal number) {
    BigDecimal stripped = number.stripTrailingZeros();
    int digits = stripped.precision() - Math.min(0, stripped.scale());
    if (stripped.scale() > MOST_DECIMALS
        || stripped.scale() < -MOST_DIGITS
        || digits > MOST_DIGITS) {
      throw new IllegalArgumentException(
          what
              + " "
              + stripped
              + " has more than "
              + MOST_DIGITS
              + " digits or "
              + MOST_DECIMALS
              + " decimals");
    }
    return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
  }

  /// The number of decimals that show this scale: ceil(-log10(scale)), at most 4 (contract tinybms
  /// section 2).
  public int decimals() {
    double magnitude = scale.abs().doubleValue();
    return magnitude >= 1 ? 0 : (int) Math.min(4, Math.ceil(-Math.log10(magnitude) - 1e-9));
  }
}
