package dev.voltbus.acquisition;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.PollGroup;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;

/// Poll periods of the devices on a link.
final class Periods {
  /// Where there is nobody to wait.
  private static final Duration NOBODY = PollGroup.LONGEST.multipliedBy(2);

  private Periods() {}

  static Duration shortest(Device device) {
    return device.map().groups().stream()
        .map(PollGroup::period)
        .min(Comparator.naturalOrder())
        .orElse(NOBODY);
  }

  /// The shortest period of the other devices.
  static Duration ofNeighbours(Device device, List<Device> all) {
    return all.stream()
        .filter(other -> !other.name().equals(device.name()))
        .map(Periods::shortest)
        .min(Comparator.naturalOrder())
        .orElse(NOBODY);
  }
}
