package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.deploy.TestingListener.Heard;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// What the demo site publishes, as contracts tinybms (sections 2, 3) and battery-emulator
/// (sections 2, 3) say.
final class DemoTopics {
  static final String ROOT = "victron/tinybms/";

  static final String SYSTEM_STATE = ROOT + "system_state";

  /// What the contract's table says about a value.
  record Row(int address, String unit) {}

  /// The snapshot list of contract tinybms section 3: twelve old topics and two new ones.
  static final Map<String, Row> SNAPSHOT =
      Map.ofEntries(
          Map.entry("battery_pack_voltage", new Row(36, "V")),
          Map.entry("battery_pack_current", new Row(38, "A")),
          Map.entry("internal_temperature", new Row(48, "°C")),
          Map.entry("state_of_charge", new Row(46, "%")),
          Map.entry("state_of_health", new Row(45, "%")),
          Map.entry("max_charge_current", new Row(103, "A")),
          Map.entry("max_discharge_current", new Row(102, "A")),
          Map.entry("overvoltage_cutoff_mv", new Row(315, "mV")),
          Map.entry("undervoltage_cutoff_mv", new Row(316, "mV")),
          Map.entry("discharge_overcurrent_a", new Row(317, "A")),
          Map.entry("charge_overcurrent_a", new Row(318, "A")),
          Map.entry("overheat_cutoff_c", new Row(319, "°C")),
          Map.entry("pack_power_w", new Row(0, "W")),
          Map.entry("system_state", new Row(50, "-")));

  static final List<String> ALL =
      Stream.concat(
              SNAPSHOT.keySet().stream().sorted().map(ROOT::concat),
              Stream.of(
                  "BE/status",
                  "BE/info",
                  "BE/spec_data",
                  "BE/balancing_data",
                  "BE2/status",
                  "BE2/info"))
          .toList();

  /// Values the battery model moves all the time.
  static final List<String> CHANGING =
      List.of(
          ROOT + "battery_pack_voltage",
          ROOT + "battery_pack_current",
          ROOT + "state_of_charge",
          ROOT + "pack_power_w",
          "BE/info",
          "BE/spec_data",
          "BE2/info");

  private DemoTopics() {}

  /// True when each topic was heard at least so many times.
  static boolean each(int times, List<Heard> heard) {
    return ALL.stream()
        .allMatch(topic -> heard.stream().filter(m -> m.topic().equals(topic)).count() >= times);
  }

  /// True when the changing ones were heard with two different payloads.
  static boolean changed(List<Heard> heard) {
    return CHANGING.stream()
        .allMatch(topic ->
            heard.stream()
                    .filter(m -> m.topic().equals(topic))
                    .map(Heard::payload)
                    .distinct()
                    .limit(2)
                    .count()
                == 2);
  }

  /// True when `BE/info` had a field that needs the slow poll group, which a mapping that starts
  /// last hears up to ten seconds later.
  static boolean full(List<Heard> heard) {
    return heard.stream()
        .anyMatch(message ->
            message.topic().equals("BE/info") && message.json().containsKey("remaining_capacity"));
  }

  /// True when power was heard with both signs.
  static boolean bothSigns(List<Heard> heard) {
    return heard.stream().anyMatch(message -> power(message) > 100)
        && heard.stream().anyMatch(message -> power(message) < -100);
  }

  static double power(Heard message) {
    return message.topic().equals(ROOT + "pack_power_w")
        ? new JsonObject(message.payload()).getDouble("value")
        : 0;
  }

  /// Judges every message by its contract, and the power of each by the current beside it.
  static void check(List<Heard> heard) throws IOException {
    PayloadContract contract = PayloadContract.load();
    heard.stream()
        .filter(message -> !message.topic().startsWith("homeassistant/"))
        .forEach(contract::check);
    heard.stream().filter(message -> message.topic().endsWith("/info")).forEach(DemoTopics::sign);
    Set<String> full =
        heard.stream()
            .filter(message -> message.topic().equals("BE/info"))
            .map(message -> new JsonObject(message.payload()).fieldNames())
            .reduce(Set.of(), (left, right) -> left.size() > right.size() ? left : right);
    assertTrue(full.containsAll(contract.seedFields()), full + " of " + contract.seedFields());
  }

  private static void sign(Heard message) {
    JsonObject json = new JsonObject(message.payload());
    double current = json.getDouble("battery_current", 0.0);
    double power = json.getDouble("stat_batt_power", 0.0);
    assertTrue(
        Math.abs(current) < 0.5 || Math.signum(current) == Math.signum(power), message::toString);
  }
}
