package dev.voltbus.deploy;

import dev.voltbus.contract.Access;
import dev.voltbus.contract.Control.ValueRef;
import dev.voltbus.contract.RegisterCodec;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.ScaleFactor;
import dev.voltbus.contract.Scaling;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.WireType;
import dev.voltbus.contract.Writing;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/// A register that the section `control` of a site file names.
///
/// @param ref its name
/// @param spec its row in the device file
/// @param writing how it is written
record ControlRegister(ValueRef ref, RegisterSpec spec, Writing writing) {
  private static final BigDecimal GREATEST_HALF = BigDecimal.valueOf(65_504);
  private static final BigDecimal GREATEST_UNSIGNED =
      BigDecimal.TWO.pow(64).subtract(BigDecimal.ONE);

  boolean isWritable() {
    return spec.access() == Access.READ_WRITE && spec.source() instanceof WireSource;
  }

  /// Whether it has a number at all.
  boolean isNumber() {
    return !(spec.source() instanceof WireSource wire) || !wire.type().isText();
  }

  String unit() {
    return spec.presentation().unit();
  }

  /// What tells it from all others of the site, whatever it is called.
  String place() {
    return ref.device() + " " + wire().place() + " " + wire().slice();
  }

  /// The smallest difference between two of its values; 0 where that is not fixed.
  double step() {
    Scaling scaling = spec.scaling();
    boolean isFixed = scaling.scaleRegister() == null && !wire().type().isFloat();
    return isFixed ? scaling.scale().abs().doubleValue() : 0;
  }

  /// The smallest value it takes, in its unit.
  double least() {
    return Math.min(value(lowestRaw()), value(highestRaw()));
  }

  /// The largest value it takes, in its unit; by the largest scale where that is not fixed.
  double greatest() {
    return Math.max(value(lowestRaw()), value(highestRaw()));
  }

  boolean takes(double value) {
    return value >= least() && value <= greatest();
  }

  /// What it takes, for people.
  String range() {
    return (number(least()) + ".." + number(greatest()) + " " + unit()).strip();
  }

  /// A number for people, with six decimals at most.
  static String number(double value) {
    return BigDecimal.valueOf(value)
        .setScale(6, RoundingMode.HALF_UP)
        .stripTrailingZeros()
        .toPlainString();
  }

  private double value(BigDecimal raw) {
    Scaling scaling = spec.scaling();
    BigDecimal scaled = raw.multiply(scaling.scale());
    if (scaling.scaleRegister() != null) {
      scaled = scaled.scaleByPowerOfTen(ScaleFactor.MOST);
    }
    return (scaling.negated() ? scaled.negate() : scaled).add(scaling.offset()).doubleValue();
  }

  private BigDecimal lowestRaw() {
    BigDecimal held =
        wire().type().isFloat()
            ? greatestReal().negate()
            : BigDecimal.valueOf(RegisterCodec.of(spec).leastRaw());
    @Nullable Long min = spec.range().min();
    return min == null ? held : held.max(BigDecimal.valueOf(min));
  }

  private BigDecimal highestRaw() {
    BigDecimal held = wire().type().isFloat() ? greatestReal() : greatestInteger();
    @Nullable Long max = spec.range().max();
    return max == null ? held : held.min(BigDecimal.valueOf(max));
  }

  private BigDecimal greatestInteger() {
    long most = RegisterCodec.of(spec).mostRaw();
    return most == -1 ? GREATEST_UNSIGNED : BigDecimal.valueOf(most);
  }

  private BigDecimal greatestReal() {
    return wire().type() == WireType.F16 ? GREATEST_HALF : BigDecimal.valueOf(Float.MAX_VALUE);
  }

  private WireSource wire() {
    return (WireSource) spec.source();
  }
}
