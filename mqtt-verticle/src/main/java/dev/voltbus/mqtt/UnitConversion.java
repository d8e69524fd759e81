package dev.voltbus.mqtt;

import java.util.Map;
import java.util.Optional;

/// Turns a number from one unit into another unit of the same quantity: `number * times / over`,
/// both powers of ten, so that 3301 mV is 3.301 V and nothing beside it.
record UnitConversion(double times, double over) {
  static final UnitConversion NONE = new UnitConversion(1, 1);

  private enum Quantity {
    VOLTAGE,
    CURRENT,
    POWER,
    ENERGY,
    CHARGE,
    TEMPERATURE
  }

  /// A unit as a multiple of a thousandth of its quantity's base unit.
  private record Unit(Quantity quantity, double thousandths) {}

  private static final Map<String, Unit> UNITS =
      Map.ofEntries(
          Map.entry("mV", new Unit(Quantity.VOLTAGE, 1)),
          Map.entry("V", new Unit(Quantity.VOLTAGE, 1e3)),
          Map.entry("kV", new Unit(Quantity.VOLTAGE, 1e6)),
          Map.entry("mA", new Unit(Quantity.CURRENT, 1)),
          Map.entry("A", new Unit(Quantity.CURRENT, 1e3)),
          Map.entry("mW", new Unit(Quantity.POWER, 1)),
          Map.entry("W", new Unit(Quantity.POWER, 1e3)),
          Map.entry("kW", new Unit(Quantity.POWER, 1e6)),
          Map.entry("MW", new Unit(Quantity.POWER, 1e9)),
          Map.entry("Wh", new Unit(Quantity.ENERGY, 1e3)),
          Map.entry("kWh", new Unit(Quantity.ENERGY, 1e6)),
          Map.entry("MWh", new Unit(Quantity.ENERGY, 1e9)),
          Map.entry("mAh", new Unit(Quantity.CHARGE, 1)),
          Map.entry("Ah", new Unit(Quantity.CHARGE, 1e3)),
          Map.entry("C", new Unit(Quantity.TEMPERATURE, 1e3)),
          Map.entry("°C", new Unit(Quantity.TEMPERATURE, 1e3)));

  /// The conversion between two units, empty if they are not of one quantity. An empty target unit
  /// leaves numbers alone.
  static Optional<UnitConversion> between(String from, String to) {
    if (to.isEmpty() || to.equals(from)) {
      return Optional.of(NONE);
    }
    Unit source = UNITS.get(from);
    Unit target = UNITS.get(to);
    if (source == null || target == null || source.quantity != target.quantity) {
      return Optional.empty();
    }
    double ratio =
        Math.max(source.thousandths, target.thousandths)
            / Math.min(source.thousandths, target.thousandths);
    return Optional.of(
        source.thousandths >= target.thousandths
            ? new UnitConversion(ratio, 1)
            : new UnitConversion(1, ratio));
  }

  double apply(double number) {
    return number * times / over;
  }
}
