package dev.voltbus.command;

import dev.voltbus.contract.Control.LimitTarget;
import dev.voltbus.contract.Control.Rating;
import dev.voltbus.contract.Control.Unit;
import java.util.Objects;
import java.util.OptionalDouble;

/// A current as the number that its limit register holds: never for more than the current.
final class TargetUnits {
  private static final double ROUNDING = 1e-9;

  private final LimitTarget target;

  TargetUnits(LimitTarget target) {
    this.target = target;
  }

  /// The register's number for a current, in its step and range; empty while it needs a voltage
  /// that is not known.
  ///
  /// @param amperes 0 or more
  /// @param volts measured voltage, or NaN
  OptionalDouble number(double amperes, double volts) {
    if (amperes == 0) {
      return OptionalDouble.of(bounded(0));
    }
    double perAmpere = perAmpere(volts);
    return perAmpere > 0
        ? OptionalDouble.of(bounded(stepped(amperes * perAmpere)))
        : OptionalDouble.empty();
  }

  /// The current that a number of the register stands for; NaN while that needs a voltage that is
  /// not known.
  double amperes(double number, double volts) {
    if (number == 0) {
      return 0;
    }
    double perAmpere = perAmpere(volts);
    return perAmpere > 0 ? number / perAmpere : Double.NaN;
  }

  /// The least current above 0 that cannot be limited to, because the register holds no less.
  double leastAmperes(double volts) {
    return target.least() <= 0 ? 0 : amperes(target.least(), volts);
  }

  private double perAmpere(double volts) {
    return switch (target.unit()) {
      case AMPERE -> 1;
      case WATT -> volts;
      case PERCENT -> {
        Rating rating = Objects.requireNonNull(target.rating(), "a share needs a rating");
        yield 100 / rating.value() * (rating.unit() == Unit.WATT ? volts : 1);
      }
    };
  }

  /// A hair above a step is that step: 0.3 is three steps of 0.1.
  private double stepped(double number) {
    double step = target.step();
    return step <= 0 ? number : Math.floor(number / step + ROUNDING) * step;
  }

  private double bounded(double number) {
    return Math.min(target.greatest(), Math.max(target.least(), number));
  }
}
