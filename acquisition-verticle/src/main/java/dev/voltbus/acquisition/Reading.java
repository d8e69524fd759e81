package dev.voltbus.acquisition;

import dev.voltbus.modbus.Words;
import org.jspecify.annotations.Nullable;

/// What was read of a writable register.
///
/// @param words its words; null where only the scale factor was asked for
/// @param factor raw number of its scale-factor register, read together with the words; 0 where the
///   scale is fixed, [#UNSTEADY] where it was another one before the words than behind them
record Reading(@Nullable Words words, long factor) {
  static final long UNSTEADY = Long.MIN_VALUE;
  static final Reading NOTHING = new Reading(null, 0);

  static Reading of(Words words) {
    return new Reading(words, 0);
  }

  static Reading ofFactor(long factor) {
    return new Reading(null, factor);
  }
}
