package dev.voltbus.contract;

import org.jspecify.annotations.Nullable;

/// A device of a site.
///
/// @param name unique in the site
/// @param link name of the link it answers on, empty for a device that is pushed
/// @param unit Modbus unit id, 0..255
/// @param map register map with the site's poll periods
/// @param options how it wants to be asked
/// @param push where its values come from, or null for one that is asked over Modbus
public record Device(
    String name,
    String link,
    int unit,
    RegisterMap map,
    UnitOptions options,
    @Nullable PushSource push) {

  public Device {
    if (unit < 0 || unit > 255) {
      throw new IllegalArgumentException("device " + name + ": unit " + unit + " is not in 0..255");
    }
  }

  /// A device that is asked over Modbus.
  public Device(String name, String link, int unit, RegisterMap map, UnitOptions options) {
    this(name, link, unit, map, options, null);
  }

  /// A device whose values are pushed.
  public static Device pushed(String name, RegisterMap map, PushSource push) {
    return new Device(name, "", 0, map, UnitOptions.DEFAULT, push);
  }

  /// A device with the documented default options.
  public Device(String name, String link, int unit, RegisterMap map) {
    this(name, link, unit, map, UnitOptions.DEFAULT);
  }

  public Device withOptions(UnitOptions other) {
    return new Device(name, link, unit, map, other, push);
  }

  /// The most words one read may ask for: the smaller of the map's and the unit's limit.
  public int largestBlock() {
    return Math.min(map.limits().largestBlock(), options.largestBlock());
  }
}
