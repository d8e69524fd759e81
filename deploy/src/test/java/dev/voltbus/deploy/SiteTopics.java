package dev.voltbus.deploy;

import dev.voltbus.deploy.TestingSubscriber.Heard;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The topics that the demo site must show, from the contracts tinybms (section 3) and
/// battery-emulator (section 2), and waits for them.
final class SiteTopics {
  static final String ROOT = "victron/tinybms/";
  static final String CURRENT = ROOT + "battery_pack_current";
  static final String POWER = ROOT + "pack_power_w";
  static final String SYSTEM_STATE = ROOT + "system_state";
  static final List<String> STATUSES = List.of("BE/status", "BE2/status");
  static final List<String> INFOS = List.of("BE/info", "BE2/info");

  /// What the contract's table says about a value.
  record Row(int address, String unit) {}

  /// The snapshot list: twelve old topics and two new ones.
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

  /// Topics whose value the battery model changes all the time.
  static final List<String> MOVING =
      List.of(
          ROOT + "battery_pack_voltage",
          CURRENT,
          ROOT + "state_of_charge",
          POWER,
          SYSTEM_STATE,
          "BE/info",
          "BE/spec_data",
          "BE2/info");

  private SiteTopics() {}

  /// All that have to be there.
  static Set<String> required() {
    return Stream.concat(
            SNAPSHOT.keySet().stream().map(ROOT::concat),
            Stream.of("BE/status", "BE/info", "BE/spec_data", "BE2/info"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /// Waits until each required topic was heard this often.
  static void awaitEach(TestingSubscriber subscriber, int times, Duration limit) {
    subscriber.await(
        "each topic " + times + " times",
        limit,
        () ->
            required().stream().allMatch(topic -> subscriber.on(topic).size() >= times));
  }

  /// Waits until values moved and power has shown both signs.
  static void awaitMovement(TestingSubscriber subscriber, Duration limit) {
    subscriber.await(
        "changed values",
        limit,
        () -> MOVING.stream().allMatch(topic -> hasMoved(subscriber, topic)));
    subscriber.await(
        "charging and discharging",
        limit,
        () -> signs(subscriber.live(POWER)).containsAll(Set.of(1.0, -1.0)));
  }

  private static boolean hasMoved(TestingSubscriber subscriber, String topic) {
    return subscriber.on(topic).stream().map(SiteTopics::value).distinct().count() > 1;
  }

  private static Object value(Heard heard) {
    return heard.topic().startsWith(ROOT) ? heard.number("value") : heard.payload();
  }

  private static Set<Double> signs(List<Heard> values) {
    return values.stream()
        .map(heard -> Math.signum(heard.number("value")))
        .collect(Collectors.toCollection(HashSet::new));
  }
}
