package dev.voltbus.console;

import dev.voltbus.contract.SnapshotLayout;
import java.util.List;
import java.util.Locale;

/// The few numbers on a device's card, found by the Venus path the register map gives them
/// (contract tinybms section 4), else by a usual key.
enum Figure {
  SOC("/Soc", "soc", "state_of_charge", "soc_percent", "soc_pct"),
  VOLTAGE("/Dc/0/Voltage", "voltage", "voltage_v", "pack_voltage", "battery_voltage"),
  CURRENT("/Dc/0/Current", "current", "current_a", "pack_current", "battery_current"),
  POWER("/Dc/0/Power", "power", "power_w", "pack_power_w", "pack_power", "active_power");

  private final String path;
  private final List<String> keys;

  Figure(String path, String... keys) {
    this.path = path;
    this.keys = List.of(keys);
  }

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Index of the value in the layout, or -1 if the device does not have it.
  int in(SnapshotLayout layout) {
    for (int i = 0; i < layout.size(); i++) {
      if (layout.spec(i).presentation().dbusPath().equals(path)) {
        return i;
      }
    }
    return keys.stream().mapToInt(layout::indexOf).filter(at -> at >= 0).findFirst().orElse(-1);
  }
}
