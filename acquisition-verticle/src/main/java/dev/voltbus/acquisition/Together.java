package dev.voltbus.acquisition;

import dev.voltbus.contract.RegisterMap;
import java.util.List;

/// Which registers are worthless without each other: value and scale factor, in this order.
final class Together {
  private Together() {}

  static List<List<String>> of(RegisterMap map) {
    return map.readTogether();
  }
}
