package dev.voltbus.contract;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/// A read-only Modbus TCP server that shows the last polls of devices to clients that would
/// otherwise need a connection of their own to them.
///
/// @param host address to listen on, such as `127.0.0.1`, or `0.0.0.0` for all
/// @param port TCP port, 1..65535
/// @param units device name to the unit id it is shown under, 0..255, each once
/// @param statusUnit unit id that shows the age of the others' values, 0..255
/// @param clients most clients at a time, 1..1024
public record Mirror(
    String host, int port, Map<String, Integer> units, int statusUnit, int clients) {
  public static final int USUAL_STATUS_UNIT = 247;
  public static final int USUAL_CLIENTS = 16;

  public Mirror {
    units = Map.copyOf(units);
    Map<Integer, String> taken = new HashMap<>();
    new TreeMap<>(units)
        .forEach((device, unit) -> {
          String other = taken.putIfAbsent(unit, device);
          if (other != null) {
            throw new IllegalArgumentException(
                "devices " + other + " and " + device + " cannot both be unit " + unit);
          }
        });
    if (taken.containsKey(statusUnit)) {
      throw new IllegalArgumentException(
          "status-unit " + statusUnit + " is device " + taken.get(statusUnit) + " already");
    }
  }
}
