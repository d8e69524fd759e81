package dev.voltbus.contract;

/// A device of a site.
///
/// @param name unique in the site
/// @param link name of the link it answers on
/// @param unit Modbus unit id, 0..255
/// @param map register map with the site's poll periods
public record Device(String name, String link, int unit, RegisterMap map) {

  public Device {
    if (unit < 0 || unit > 255) {
      throw new IllegalArgumentException("device " + name + ": unit " + unit + " is not in 0..255");
    }
  }
}
