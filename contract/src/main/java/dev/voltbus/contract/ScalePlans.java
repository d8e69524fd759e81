package dev.voltbus.contract;

import org.jspecify.annotations.Nullable;

/// The scale plans of one register: one for each scale factor that its device may state, made when
/// first needed.
final class ScalePlans {
  private final Scaling scaling;
  private final ScalePlan plain;
  private final @Nullable ScalePlan[] shifted =
      new ScalePlan[ScaleFactor.MOST - ScaleFactor.LEAST + 1];

  ScalePlans(Scaling scaling) {
    this.scaling = scaling;
    this.plain = new ScalePlan(scaling);
  }

  /// @param exponent a valid `ScaleFactor`
  ScalePlan of(int exponent) {
    if (exponent == 0) {
      return plain;
    }
    if (!ScaleFactor.isValid(exponent)) {
      throw new IllegalArgumentException(
          "scale factor " + exponent + " is not in " + ScaleFactor.LEAST + ".." + ScaleFactor.MOST);
    }
    // Threads may race to make one; any of them will do.
    @Nullable ScalePlan made = shifted[exponent - ScaleFactor.LEAST];
    if (made == null) {
      made = new ScalePlan(scaling, exponent);
      shifted[exponent - ScaleFactor.LEAST] = made;
    }
    return made;
  }
}
