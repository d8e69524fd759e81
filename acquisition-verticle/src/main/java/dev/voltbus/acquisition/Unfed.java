package dev.voltbus.acquisition;

import dev.voltbus.contract.ControlState;
import java.util.Set;
import java.util.stream.Collectors;

/// Devices whose watchdogs and keep-alives are left alone, so that they fall back by themselves:
/// the control of their battery does not hear all that it needs.
final class Unfed {
  private Set<String> devices = Set.of();
  private long token;
  private long revision;

  /// Takes a state in, unless it comes from a former owner or is older than the last one.
  void accept(ControlState state) {
    boolean isOld =
        state.token() < token || (state.token() == token && state.revision() < revision);
    if (isOld) {
      return;
    }
    token = state.token();
    revision = state.revision();
    devices =
        state.batteries().stream()
            .filter(battery -> !battery.isInContact())
            .flatMap(battery -> battery.devices().stream())
            .collect(Collectors.toUnmodifiableSet());
  }

  boolean has(String device) {
    return devices.contains(device);
  }
}
