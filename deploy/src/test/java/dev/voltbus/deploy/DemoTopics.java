package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.deploy.TestingListener.Heard;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// What the demo site publishes, as contracts tinybms (sections 2, 3) and battery-emulator
/// (sections 2, 3) say.
final class DemoTopics {
  static final String ROOT = "victron/tinybms/";

  /// The snapshot list of contract tinybms section 3.
  static final List<String> SNAPSHOT =
      List.of(
          "battery_pack_voltage",
          "battery_pack_current",
          "internal_temperature",
          "state_of_charge",
          "state_of_health",
          "max_charge_current",
          "max_discharge_current",
          "overvoltage_cutoff_mv",
          "undervoltage_cutoff_mv",
          "discharge_overcurrent_a",
          "charge_overcurrent_a",
          "overheat_cutoff_c",
          "pack_power_w",
          "system_state");

  static final List<String> ALL =
      Stream.concat(
              SNAPSHOT.stream().map(suffix -> ROOT + suffix),
              Stream.of("BE/status", "BE/info", "BE/spec_data", "BE2/status", "BE2/info"))
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

  private static final Map<String, Class<?>> VALUE_KEYS =
      Map.ofEntries(
          Map.entry("address", Integer.class),
          Map.entry("timestamp_ms", Long.class),
          Map.entry("wire_type", Integer.class),
          Map.entry("value_class", Integer.class),
          Map.entry("value", Number.class),
          Map.entry("raw", Number.class),
          Map.entry("scale", Number.class),
          Map.entry("formatted", String.class),
          Map.entry("text", String.class),
          Map.entry("unit", String.class),
          Map.entry("label", String.class),
          Map.entry("key", String.class),
          Map.entry("comment", String.class),
          Map.entry("dbus_path", String.class));

  private static final Set<String> INFO_TEXTS = Set.of("bms_status");

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

  /// Checks every message against its contract.
  static void check(List<Heard> heard) {
    heard.forEach(DemoTopics::check);
  }

  private static void check(Heard message) {
    String topic = message.topic();
    if (topic.startsWith(ROOT)) {
      checkValue(message);
    } else if (topic.endsWith("/info")) {
      checkInfo(message);
    } else if (topic.equals("BE/spec_data")) {
      checkCells(message);
    } else if (topic.endsWith("/status")) {
      assertTrue(Set.of("online", "offline").contains(message.payload()), message.toString());
      assertEquals(1, message.qos(), message.toString());
    } else {
      throw new AssertionError("topic that no contract knows: " + message);
    }
  }

  private static void checkValue(Heard message) {
    JsonObject json = new JsonObject(message.payload());
    assertEquals(0, message.qos(), message.toString());
    assertFalse(message.retained(), message.toString());
    for (String key : json.fieldNames()) {
      Class<?> type = VALUE_KEYS.get(key);
      assertTrue(type != null, "key " + key + " in " + message);
      assertInstanceOf(type, json.getValue(key), key + " in " + message);
    }
    for (String key : List.of("address", "timestamp_ms", "wire_type", "value_class")) {
      assertTrue(json.containsKey(key), key + " missing in " + message);
    }
    boolean numeric = json.containsKey("value");
    assertEquals(numeric, json.containsKey("raw"), message.toString());
    assertEquals(numeric, json.containsKey("scale"), message.toString());
  }

  private static void checkInfo(Heard message) {
    assertEquals(0, message.qos(), message.toString());
    assertFalse(message.retained(), message.toString());
    JsonObject json = new JsonObject(message.payload());
    for (String key : json.fieldNames()) {
      Class<?> type = INFO_TEXTS.contains(key) ? String.class : Number.class;
      assertInstanceOf(type, json.getValue(key), key);
    }
    assertTrue(json.containsKey("bms_status"), message.toString());
    if (json.containsKey("battery_current")) {
      double current = json.getDouble("battery_current");
      double power = json.getDouble("stat_batt_power");
      assertTrue(
          Math.abs(current) < 0.5 || Math.signum(current) == Math.signum(power),
          message.toString());
    }
  }

  private static void checkCells(Heard message) {
    assertTrue(
        message.payload().matches("\\{\"cell_voltages\":\\[(\\d\\.\\d{3},){15}\\d\\.\\d{3}]}"),
        message.toString());
  }
}
