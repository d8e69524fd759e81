package dev.voltbus.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// What Home Assistant demands of a discovery message. It refuses some faults with one line in its
/// own log and others without a word, so they are named before anything is sent.
final class HomeAssistantRules {
  private static final String CLASSES = "/home-assistant/sensor-classes.csv";
  private static final String NO_UNIT = "-";
  private static final Map<String, SensorClass> SENSOR_CLASSES = sensorClasses();

  private record SensorClass(List<String> units, List<String> stateClasses) {}

  private final Section row;
  private final JsonNode config;
  private final String component;

  private HomeAssistantRules(Section row, JsonNode config, String component) {
    this.row = row;
    this.config = config;
    this.component = component;
  }

  private static Map<String, SensorClass> sensorClasses() {
    Map<String, SensorClass> classes = new TreeMap<>();
    try (InputStream in =
            Objects.requireNonNull(HomeAssistantRules.class.getResourceAsStream(CLASSES), CLASSES);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      lines
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split(",", -1))
          .forEach(part -> classes.put(part[0], new SensorClass(listed(part[1]), listed(part[2]))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return classes;
  }

  private static List<String> listed(String text) {
    return List.of(text.split("\\|", -1));
  }

  /// Adds a fault for each thing that Home Assistant would not take.
  ///
  /// @param topic config topic
  static void check(Section row, String topic, JsonNode config) {
    String[] levels = topic.split("/", -1);
    boolean isForm = (levels.length == 4 || levels.length == 5) && topic.endsWith("/config");
    if (!isForm) {
      row.fault("config topic `" + topic + "` is not prefix/component/[node/]object/config");
      return;
    }
    new HomeAssistantRules(row, config, levels[1]).check();
  }

  private void check() {
    required("unique_id");
    boolean isAvailabilityKnown =
        config.has("availability")
            || config.has("availability_topic")
            || config.has("expire_after");
    if (!isAvailabilityKnown) {
      row.fault("has no availability: an old value would look like a live one");
    }
    if (config.has("object_id")) {
      row.fault(
          "object_id is no longer taken (since Home Assistant 2026.4); use default_entity_id");
    }
    String entity = config.path("default_entity_id").asText(component + ".");
    if (!entity.startsWith(component + ".")) {
      row.fault("default_entity_id `" + entity + "` must begin with `" + component + ".`");
    }
    switch (component) {
      case "sensor" -> sensor();
      case "button", "number" -> command();
      default -> {}
    }
  }

  private void required(String key) {
    if (!config.hasNonNull(key)) {
      row.fault(key + " is required by Home Assistant, but missing here");
    }
  }

  private void command() {
    required("command_topic");
    if (config.path("retain").asBoolean()) {
      row.fault("retain must not be true: the broker would repeat the command at each reconnect");
    }
  }

  private void sensor() {
    required("state_topic");
    String deviceClass = config.path("device_class").asText();
    if (!deviceClass.isEmpty()) {
      classified(deviceClass);
    }
    boolean isNumber = config.has("unit_of_measurement") || config.has("state_class");
    if (config.has("options") && (isNumber || !deviceClass.equals("enum"))) {
      row.fault("options belong to device_class enum, without unit and state_class");
    }
  }

  private void classified(String name) {
    SensorClass known = SENSOR_CLASSES.get(name);
    if (known == null) {
      row.fault(
          "device_class `"
              + name
              + "` is not known"
              + Nearest.question(name, SENSOR_CLASSES.keySet()));
      return;
    }
    String unit = config.path("unit_of_measurement").asText(NO_UNIT);
    if (!known.units().contains(unit)) {
      row.fault(
          "unit_of_measurement `"
              + unit
              + "` does not fit device_class "
              + name
              + "; possible: "
              + String.join(", ", known.units()));
    }
    String state = config.path("state_class").asText();
    if (!state.isEmpty() && !known.stateClasses().contains(state)) {
      row.fault(
          "state_class `"
              + state
              + "` does not fit device_class "
              + name
              + "; possible: "
              + String.join(", ", known.stateClasses()));
    }
  }
}
