package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.deploy.DemoTopics.Row;
import dev.voltbus.deploy.TestingListener.Heard;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// What the contracts say about payloads, judged one message at a time.
final class PayloadContract {
  private static final Set<String> MODES = Set.of("running", "paused", "stopping", "stopped");
  private static final Set<String> CONTROL =
      Set.of(
          "mode",
          "paused_by",
          "max_charge",
          "max_discharge",
          "requested_max_charge",
          "requested_max_discharge",
          "expires_at",
          "remaining_s",
          "settled",
          "in_contact");
  private static final Set<String> EVENT =
      Set.of("event_type", "severity", "count", "data", "message", "millis");
  private static final Set<String> SEVERITIES =
      Set.of("INFO", "DEBUG", "WARNING", "UPDATE", "ERROR");
  private static final Set<String> ALWAYS =
      Set.of("address", "timestamp_ms", "wire_type", "value_class");
  private static final Set<String> NUMBERS = Set.of("value", "raw", "scale");
  private static final Set<String> TEXTS =
      Set.of("formatted", "text", "unit", "label", "key", "comment", "dbus_path");
  private static final Set<String> PROFILES = Set.of("seed000", "dbe-code");
  private static final double LOWEST_CELL_V = 2;
  private static final double HIGHEST_CELL_V = 4;

  /// Word and state of each code, tinybms contract section 3.
  private static final Map<Integer, Map.Entry<Integer, String>> STATES =
      Map.of(
          0x91, Map.entry(3, "charging"),
          0x92, Map.entry(5, "fully_charged"),
          0x93, Map.entry(9, "discharging"),
          0x96, Map.entry(3, "regenerating"),
          0x97, Map.entry(1, "idle"),
          0x9B, Map.entry(2, "fault"));

  private final Map<String, JsonObject> fields = new HashMap<>();

  private PayloadContract(JsonArray list) {
    for (int i = 0; i < list.size(); i++) {
      JsonObject field = list.getJsonObject(i);
      fields.put(field.getString("field"), field);
    }
  }

  static PayloadContract load() throws IOException {
    try (InputStream file =
        Objects.requireNonNull(
            PayloadContract.class.getResourceAsStream("/facts/be-info-fields.json"))) {
      String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
      return new PayloadContract(new JsonObject(text).getJsonArray("fields"));
    }
  }

  void check(Heard heard) {
    boolean status = heard.topic().endsWith("/status");
    boolean alarm = heard.topic().startsWith(DemoTopics.ROOT + "alarm_");
    boolean control = heard.topic().endsWith("/control");
    assertEquals(status || alarm || control ? 1 : 0, heard.qos(), heard::toString);
    assertTrue(status || control || !heard.retained(), heard::toString);
    if (control) {
      checkControl(heard, heard.json());
    } else if (heard.topic().startsWith(DemoTopics.ROOT)) {
      checkValue(heard, heard.json());
    } else if (heard.topic().endsWith("/status")) {
      assertTrue(Set.of("online", "offline").contains(heard.payload()), heard::toString);
    } else if (heard.topic().endsWith("/info")) {
      checkFields(heard, heard.json());
    } else if (heard.topic().endsWith("/events")) {
      checkEvent(heard, heard.json());
    } else if (heard.topic().equals("BE/balancing_data")) {
      checkBalancing(heard, heard.json());
    } else {
      assertEquals("BE/spec_data", heard.topic());
      checkCells(heard, heard.json());
    }
  }

  /// A topic of ours, beside the contract's.
  private static void checkControl(Heard heard, JsonObject json) {
    assertEquals(CONTROL, json.fieldNames(), heard::toString);
    assertTrue(MODES.contains(json.getString("mode")), heard::toString);
    assertTrue(json.getDouble("max_charge") >= 0, heard::toString);
    assertTrue(json.getDouble("max_discharge") >= 0, heard::toString);
    assertTrue(json.getInteger("remaining_s") >= 0, heard::toString);
  }

  private static void checkValue(Heard heard, JsonObject json) {
    json.forEach(member -> checkMember(heard, member.getKey(), member.getValue()));
    ALWAYS.forEach(key -> assertTrue(json.containsKey(key), heard::toString));
    assertTrue(between(json.getInteger("wire_type"), 0, 7), heard::toString);
    assertTrue(between(json.getInteger("value_class"), 0, 4), heard::toString);
    long age = System.currentTimeMillis() - json.getLong("timestamp_ms");
    assertTrue(age >= 0 && age < 600_000, heard::toString);
    assertEquals(json.containsKey("value"), json.containsKey("raw"), heard::toString);
    checkFormatted(heard, json);
    String suffix = heard.topic().substring(DemoTopics.ROOT.length());
    Row row = DemoTopics.SNAPSHOT.get(suffix);
    if (row != null) {
      assertEquals(row.address(), json.getInteger("address"), heard::toString);
      assertEquals(row.unit(), json.getString("unit"), heard::toString);
      assertNotNull(json.getValue("value"), heard::toString);
    }
    if (heard.topic().equals(DemoTopics.SYSTEM_STATE)) {
      checkState(heard, json);
    }
  }

  private static boolean between(int value, int least, int most) {
    return value >= least && value <= most;
  }

  private static void checkMember(Heard heard, String key, Object value) {
    if (ALWAYS.contains(key)) {
      assertTrue(value instanceof Integer || value instanceof Long, () -> key + " of " + heard);
    } else if (NUMBERS.contains(key)) {
      assertInstanceOf(Number.class, value, () -> key + " of " + heard);
    } else {
      assertTrue(TEXTS.contains(key), () -> "no key `" + key + "` in the contract: " + heard);
      assertInstanceOf(String.class, value, () -> key + " of " + heard);
      assertTrue(!value.equals(""), () -> key + " of " + heard + " is empty");
    }
  }

  /// `formatted` shows the value with some decimals.
  private static void checkFormatted(Heard heard, JsonObject json) {
    if (json.containsKey("formatted")) {
      BigDecimal shown = new BigDecimal(json.getString("formatted"));
      assertTrue(shown.scale() > 0, heard::toString);
      BigDecimal value = new BigDecimal(json.getValue("value").toString());
      BigDecimal off = shown.subtract(value).abs();
      assertTrue(off.compareTo(BigDecimal.ONE.movePointLeft(shown.scale())) < 0, heard::toString);
    }
  }

  private static void checkState(Heard heard, JsonObject json) {
    Map.Entry<Integer, String> state =
        STATES.getOrDefault(json.getInteger("raw"), Map.entry(0, "unknown"));
    assertEquals(state.getKey(), json.getInteger("value"), heard::toString);
    assertEquals(state.getValue(), json.getString("text"), heard::toString);
  }

  private static void checkEvent(Heard heard, JsonObject json) {
    assertEquals(EVENT, json.fieldNames(), heard::toString);
    json.forEach(part -> assertInstanceOf(String.class, part.getValue(), heard::toString));
    assertTrue(SEVERITIES.contains(json.getString("severity")), heard::toString);
    assertTrue(json.getString("event_type").matches("[A-Z0-9_]+"), heard::toString);
    assertTrue(Integer.parseInt(json.getString("count")) > 0, heard::toString);
    assertTrue(Long.parseLong(json.getString("millis")) >= 0, heard::toString);
  }

  private void checkFields(Heard heard, JsonObject json) {
    assertTrue(json.containsKey("bms_status"), heard::toString);
    json.forEach(member -> {
      JsonObject field = fields.get(member.getKey());
      assertNotNull(field, () -> "no field `" + member.getKey() + "` in the contract: " + heard);
      assertTrue(
          field.getJsonArray("profiles").stream().anyMatch(PROFILES::contains),
          () -> member.getKey() + " is not of this profile: " + heard);
      Class<?> type = field.getString("json_type").equals("string") ? String.class : Number.class;
      assertTrue(type.isInstance(member.getValue()), () -> member.getKey() + " of " + heard);
    });
  }

  private static void checkBalancing(Heard heard, JsonObject json) {
    assertEquals(Set.of("cell_balancing"), json.fieldNames(), heard::toString);
    JsonArray cells = json.getJsonArray("cell_balancing");
    assertTrue(!cells.isEmpty(), heard::toString);
    cells.forEach(cell -> assertInstanceOf(Boolean.class, cell, heard::toString));
  }

  /// Fields that the seed names; a battery that is heard has them all.
  Set<String> seedFields() {
    return fields.values().stream()
        .filter(field -> field.getJsonArray("profiles").contains("seed000"))
        .map(field -> field.getString("field"))
        .collect(java.util.stream.Collectors.toSet());
  }

  private static void checkCells(Heard heard, JsonObject json) {
    assertEquals(Set.of("cell_voltages"), json.fieldNames(), heard::toString);
    List<?> cells = json.getJsonArray("cell_voltages").getList();
    assertEquals(16, cells.size(), heard::toString);
    for (Object cell : cells) {
      BigDecimal volts = new BigDecimal(cell.toString());
      assertTrue(
          volts.doubleValue() > LOWEST_CELL_V && volts.doubleValue() < HIGHEST_CELL_V,
          heard::toString);
      assertEquals(volts, volts.setScale(Math.min(3, volts.scale()), RoundingMode.UNNECESSARY));
    }
  }
}
