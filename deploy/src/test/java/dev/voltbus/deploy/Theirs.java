package dev.voltbus.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// What the fact files say of a profile, one line for each fact.
final class Theirs {
  private static final Path FACTS = Path.of("src/test/resources/facts");
  private static final ObjectMapper JSON = new ObjectMapper();

  /// Keys of a fact file and of a discovery message that mean the same.
  private static final Map<String, String> ATTRIBUTES =
      Map.of("unit", "unit_of_measurement", "object_id", "default_entity_id");

  /// What the fact files say of an entity of the second battery only where it differs.
  private static final List<String> SHARED =
      List.of(
          "unit",
          "device_class",
          "state_class",
          "value_template",
          "suggested_display_precision",
          "entity_category");

  private final Map<String, String> facts = new TreeMap<>();
  private final String profile;
  private final String prefix;

  private Theirs(String profile, String prefix) {
    this.profile = profile;
    this.prefix = prefix;
  }

  static JsonNode read(String file) throws IOException {
    return JSON.readTree(FACTS.resolve(file).toFile());
  }

  /// @param profile name in the fact files, such as `be-classic`
  static Map<String, String> batteryEmulator(String profile, String prefix) throws IOException {
    Theirs theirs = new Theirs(profile, prefix);
    theirs.info(read("be-info-fields.json"));
    theirs.discovery(read("be-discovery.json"));
    return theirs.facts;
  }

  private void info(JsonNode file) {
    put("topic.info", named(file.path("topic").asText()));
    put("topic.info.qos", file.path("qos").asText());
    put("topic.info.retain", file.path("retained").asText());
    put("topic.info.interval", file.path("default_interval_s").asText());
    for (JsonNode field : file.path("fields")) {
      if (!isOf(field.path("profiles"))) {
        continue;
      }
      String key = "info." + field.path("field").asText();
      put(key + ".type", field.path("json_type").asText());
      put(key + ".unit", field.path("unit").asText());
      JsonNode divisor = field.path("divisor_from_source");
      if (field.path("json_type").asText().equals("number")) {
        put(key + ".decimals", Integer.toString((int) Math.round(Math.log10(divisor.asDouble()))));
      }
      if (profile.equals("be-classic") && field.hasNonNull("second_battery_field_classic")) {
        put("info." + field.path("second_battery_field_classic").asText(), "second battery");
      }
    }
    cells(file);
  }

  private void cells(JsonNode file) {
    JsonNode cells = file.path("spec_data").path("cell_voltages");
    put("spec_data.cell_voltages.unit", cells.path("unit").asText());
    put("spec_data.cell_voltages.decimals", cells.path("decimals").asText());
    boolean isBeside = profile.equals("be-v12");
    put((isBeside ? "spec_data" : "balancing_data") + ".cell_balancing", "boolean");
    file.path("events").fieldNames().forEachRemaining(name -> put("events." + name, "text"));
  }

  private boolean isOf(JsonNode profiles) {
    for (JsonNode one : profiles) {
      if (one.asText().equals(profile)) {
        return true;
      }
    }
    return false;
  }

  private void discovery(JsonNode file) {
    put("discovery.qos", file.path("discovery_qos").asText());
    flat("discovery.device", file.path("device").path(profile));
    String availability = file.path("availability").path(profile).path("form").asText();
    put("discovery.availability", availability.contains("ONE object") ? "object" : "list");
    for (JsonNode entity : file.path("entities")) {
      if (entity.path("profile").asText().equals(profile)) {
        entity(entity);
      }
    }
    others("discovery.cell", file.path("cell_entities"));
    others("discovery.sensor.event", file.path("event_entity"));
  }

  private void others(String key, JsonNode entities) {
    for (JsonNode entity : entities) {
      if (entity.path("profile").asText().equals(profile)) {
        attributes(key, entity);
        second(key, entity);
      }
    }
  }

  private void entity(JsonNode entity) {
    boolean isButton = entity.path("component").asText().equals("button");
    String name = entity.path(isButton ? "command" : "field").asText();
    String key = "discovery." + (isButton ? "button." : "sensor.") + name;
    attributes(key, entity);
    second(key, entity);
  }

  private void second(String key, JsonNode entity) {
    if (entity.path("battery2") instanceof ObjectNode own) {
      ObjectNode other = own.deepCopy();
      SHARED.stream()
          .filter(name -> entity.has(name) && !own.has(name))
          .forEach(name -> other.set(name, entity.get(name)));
      attributes(key + "_2", other);
    }
  }

  private void attributes(String key, JsonNode entity) {
    entity
        .properties()
        .forEach(attribute -> {
          String name = attribute.getKey();
          boolean isNote =
              List.of("profile", "component", "field", "command", "note").contains(name);
          if (!isNote && !attribute.getValue().isNull() && !attribute.getValue().isObject()) {
            put(
                key + "." + ATTRIBUTES.getOrDefault(name, name),
                named(attribute.getValue().asText()));
          }
        });
  }

  static Map<String, String> leaf() throws IOException {
    Theirs theirs = new Theirs("leaf", "");
    JsonNode file = read("leaf-discovery.json");
    JsonNode availability = file.path("availability");
    theirs.put("status.topic", availability.path("topic").asText());
    theirs.put("status.online", availability.path("online").asText());
    theirs.put("status.offline", availability.path("offline").asText());
    theirs.put("status.qos", availability.path("will").path("qos").asText());
    theirs.put("status.retain", availability.path("retain").asText());
    theirs.put("keepalive", file.path("defaults").path("keepalive_s").asText());
    theirs.put("status.repeat", file.path("defaults").path("refresh_minutes").asInt() * 60 + "");
    file.path("state_topics")
        .properties()
        .forEach(topic -> {
          theirs.put("topic." + topic.getKey(), topic.getValue().path("topic").asText());
          theirs.put(
              "topic." + topic.getKey() + ".retain", topic.getValue().path("retain").asText());
          theirs.put("topic." + topic.getKey() + ".unit", topic.getValue().path("unit").asText());
        });
    theirs.put("topic.data", file.path("data").path("topic").asText());
    theirs.put("topic.data.retain", file.path("data").path("retain").asText());
    file.path("data")
        .path("keys")
        .properties()
        .forEach(key ->
            theirs.put(
                "data." + key.getKey() + ".type", key.getValue().asText().split("[ ,]", -1)[0]));
    for (JsonNode entity : file.path("discovery")) {
      String id = entity.path("topic").asText().split("/", -1)[3];
      theirs.put("discovery." + id + ".config_topic", entity.path("topic").asText());
      theirs.flat("discovery." + id, entity.path("payload"));
    }
    return theirs.facts;
  }

  static Map<String, String> bessai() throws IOException {
    Theirs theirs = new Theirs("bessai", "");
    JsonNode file = read("bessai-fields.json");
    JsonNode mqtt = file.path("mqtt");
    String site = "SITE-CL-001";
    theirs.put("client-id", mqtt.path("client_id").asText().replace("{SITE_ID}", site));
    theirs.put("keepalive", mqtt.path("keepalive_s").asText());
    theirs.put("status", mqtt.path("lwt").isNull() ? "none" : "some");
    file.path("topics")
        .properties()
        .forEach(topic -> {
          String name = topic.getKey().replace("{SITE_ID}", site);
          theirs.put(name + ".qos", mqtt.path("qos").asText());
          theirs.put(name + ".retain", mqtt.path("retain").asText());
          topic
              .getValue()
              .path("fields")
              .properties()
              .forEach(field -> {
                JsonNode type = field.getValue().path("type");
                String key = name + "." + field.getKey();
                theirs.put(key + ".type", type.isArray() ? type.get(0).asText() : type.asText());
                if (field.getValue().has("round")) {
                  theirs.put(key + ".decimals", field.getValue().path("round").asText());
                }
              });
        });
    return theirs.facts;
  }

  /// The texts and numbers of a JSON object, one line each.
  static void flat(String key, JsonNode node, Map<String, String> into) {
    if (node.isObject()) {
      node.properties().forEach(part -> flat(key + "." + part.getKey(), part.getValue(), into));
    } else if (node.isArray() && node.size() == 1) {
      flat(key, node.get(0), into);
    } else {
      into.put(key, node.asText());
    }
  }

  private void flat(String key, JsonNode node) {
    Map<String, String> lines = new TreeMap<>();
    flat(key, node, lines);
    lines.forEach((name, value) -> put(name, named(value)));
  }

  private void put(String key, String value) {
    facts.put(key, value);
  }

  private String named(String text) {
    return text.replace("{prefix lower case}", prefix.toLowerCase(Locale.ROOT))
        .replace("{prefix}", prefix)
        .replace("{hostname}", prefix)
        .replace("{discovery_prefix}", "homeassistant");
  }
}
