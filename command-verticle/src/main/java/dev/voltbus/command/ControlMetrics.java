package dev.voltbus.command;

import dev.voltbus.contract.Control.BatteryTarget;
import dev.voltbus.contract.ControlState;
import dev.voltbus.contract.Limits;
import dev.voltbus.contract.Metrics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// Figures of a site's control.
final class ControlMetrics {
  private final Metrics metrics;
  private final String site;
  private final Map<String, Metrics.Counter> counters = new HashMap<>();

  /// Read by whoever asks for figures, on any thread.
  private volatile List<ControlState.Battery> batteries = List.of();

  ControlMetrics(Metrics metrics, String site, List<BatteryTarget> targets) {
    this.metrics = metrics;
    this.site = site;
    targets.forEach(target -> gauges(target.battery()));
  }

  /// What the batteries do from now on; none while another node holds the control.
  void show(List<ControlState.Battery> states) {
    batteries = List.copyOf(states);
  }

  void accepted(String command) {
    count("voltbus_commands_accepted_total", "Commands accepted", "command", command);
  }

  void refused(String reason) {
    count("voltbus_commands_refused_total", "Commands refused", "reason", reason);
  }

  void untold() {
    count(
        "voltbus_commands_untold_total",
        "Refusals that are in neither log nor audit, because there were too many",
        "reason",
        "flood");
  }

  private void count(String name, String help, String label, String value) {
    counters
        .computeIfAbsent(
            name + value, key -> metrics.counter(name, help, "site", site, label, value))
        .increment();
  }

  private void gauges(String battery) {
    gauge(
        battery,
        "voltbus_control_mode",
        "1 running, 2 paused, 3 stopping, 4 stopped",
        state -> state.mode().ordinal());
    gauge(
        battery,
        "voltbus_control_settled",
        "Whether the device has what is in force",
        state -> state.isSettled() ? 1 : 0);
    gauge(
        battery,
        "voltbus_control_in_contact",
        "Whether the device is heard",
        state -> state.isInContact() ? 1 : 0);
    gauge(
        battery,
        "voltbus_control_charge_limit_amperes",
        "Limit in force",
        state -> number(state.effective(), Limits::charge));
    gauge(
        battery,
        "voltbus_control_discharge_limit_amperes",
        "Limit in force",
        state -> number(state.effective(), Limits::discharge));
    gauge(
        battery,
        "voltbus_control_limit_remaining_seconds",
        "Time left of a command's limit",
        state -> state.remainingMillis() / 1_000.0);
  }

  private static double number(Limits limits, Function<Limits, @Nullable Double> direction) {
    @Nullable Double limit = direction.apply(limits);
    return limit == null ? Double.NaN : limit;
  }

  private void gauge(
      String battery, String name, String help, ToDoubleFunction<ControlState.Battery> figure) {
    metrics.gauge(
        name,
        help,
        () ->
            batteries.stream()
                .filter(state -> state.device().equals(battery))
                .mapToDouble(figure)
                .findFirst()
                .orElse(Double.NaN),
        "site",
        site,
        "battery",
        battery);
  }
}
