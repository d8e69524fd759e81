package dev.voltbus.mapping;

import dev.voltbus.contract.QualityReason;

/// Is told about each reading of a guarded register.
interface HeldReadings {
  /// Tells nobody.
  HeldReadings UNTOLD =
      new HeldReadings() {
        @Override
        public void held(int index, double value, QualityReason reason, short[] words) {}

        @Override
        public void taken(int index) {}
      };

  /// A reading was held back.
  ///
  /// @param index of the register in the layout
  /// @param words the words of all registers, in the order of the layout
  void held(int index, double value, QualityReason reason, short[] words);

  /// A reading was taken.
  void taken(int index);
}
