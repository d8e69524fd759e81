package dev.voltbus.mqtt;

import dev.voltbus.contract.QualityReason;

/// A reading at one of the ends of what a register can hold, or none.
///
/// @param word what fills the words of a text
/// @param reason why there is no value, `NONE` where there is one
record Extreme(double value, long raw, int exponent, int word, QualityReason reason) {

  /// A number whose scale is fixed.
  static Extreme of(double value, long raw) {
    return new Extreme(value, raw, 0, 0, QualityReason.NONE);
  }

  /// That there is no value.
  static Extreme none(QualityReason reason) {
    return new Extreme(0, 0, 0, 0, reason);
  }
}
