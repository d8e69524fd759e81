package dev.voltbus.mqtt;

import dev.voltbus.contract.ProductVersion;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/// The same entities as one message for each device instead of one for each entity (Home
/// Assistant's device-based discovery, since 2024.11). Ids of entities stay what they are. An
/// entity without a device keeps its own message.
final class DeviceForm {
  /// What Home Assistant hands on from the device's message to its entities; any other key there
  /// would make it refuse the whole message.
  private static final List<String> SHARED =
      List.of(
          "availability",
          "availability_mode",
          "availability_template",
          "availability_topic",
          "payload_available",
          "payload_not_available");

  private final String topic;
  private final JsonObject device;
  private final Map<String, JsonObject> components = new LinkedHashMap<>();

  private DeviceForm(String topic, JsonObject device) {
    this.topic = topic;
    this.device = device;
  }

  /// One entity of a device's message.
  ///
  /// @param topic config topic of the device
  /// @param platform `sensor`, `button`
  /// @param key its name within the message
  record Component(String topic, String platform, String key) {
    private static final String SEPARATOR = "\t";

    /// As a manifest has it: a topic has no tab.
    @Override
    public String toString() {
      return topic + SEPARATOR + platform + SEPARATOR + key;
    }

    static boolean is(String entry) {
      return entry.split(SEPARATOR, -1).length == 3;
    }

    static Component parse(String entry) {
      String[] parts = entry.split(SEPARATOR, -1);
      return new Component(parts[0], parts[1], parts[2]);
    }
  }

  /// Payloads by topic, in the order of the entities.
  ///
  /// @param entities payload of each entity by its own config topic
  /// @param removed entities there are no more, which Home Assistant takes out when it is told
  static Map<String, String> of(Map<String, String> entities, Set<Component> removed) {
    Map<String, String> messages = new LinkedHashMap<>();
    Map<String, DeviceForm> devices = grouped(entities, messages);
    for (Component component : removed) {
      DeviceForm form = devices.get(component.topic);
      if (form != null) {
        form.components.putIfAbsent(component.key, new JsonObject());
        form.components.get(component.key).put("platform", component.platform);
      }
    }
    devices.forEach((topic, form) -> messages.put(topic, form.payload()));
    return messages;
  }

  /// The entities of all devices' messages.
  static Set<String> components(Map<String, String> entities) {
    Set<String> components = new TreeSet<>();
    grouped(entities, new LinkedHashMap<>())
        .values()
        .forEach(form ->
            form.components.forEach((key, config) ->
                components.add(
                    new Component(form.topic, config.getString("platform"), key).toString())));
    return components;
  }

  /// @param alone takes the entities without a device
  private static Map<String, DeviceForm> grouped(
      Map<String, String> entities, Map<String, String> alone) {
    Map<String, DeviceForm> devices = new LinkedHashMap<>();
    entities.forEach((topic, payload) -> {
      JsonObject config = new JsonObject(payload);
      Object device = config.remove("device");
      if (device instanceof JsonObject known && !identifier(known).isEmpty()) {
        String deviceTopic = deviceTopic(topic, identifier(known));
        devices
            .computeIfAbsent(deviceTopic, name -> new DeviceForm(name, known))
            .add(topic.split("/", -1), config);
      } else {
        alone.put(topic, payload);
      }
    });
    return devices;
  }

  private static String identifier(JsonObject device) {
    JsonArray identifiers = device.getJsonArray("identifiers", new JsonArray());
    return identifiers.isEmpty() ? "" : DiscoveryText.id(identifiers.getString(0));
  }

  /// `homeassistant/sensor/BE/SOC/config` becomes `homeassistant/device/<identifier>/config`.
  private static String deviceTopic(String topic, String identifier) {
    return topic.substring(0, topic.indexOf('/')) + "/device/" + identifier + "/config";
  }

  private void add(String[] levels, JsonObject config) {
    String platform = levels[1];
    JsonObject component = new JsonObject().put("platform", platform);
    config.forEach(entry -> component.put(entry.getKey(), entry.getValue()));
    components.put(platform + "_" + levels[levels.length - 2], component);
  }

  private String payload() {
    JsonObject message = new JsonObject().put("device", device);
    message.put(
        "origin", new JsonObject().put("name", "Voltbus").put("sw_version", ProductVersion.text()));
    for (String key : SHARED) {
      share(message, key);
    }
    JsonObject all = new JsonObject();
    components.forEach(all::put);
    return message.put("components", all).encode();
  }

  /// What all entities have alike is said once.
  private void share(JsonObject message, String key) {
    List<JsonObject> entities = new ArrayList<>(components.values());
    entities.removeIf(component -> component.size() == 1); // one that goes away
    if (entities.isEmpty()) {
      return;
    }
    Object value = entities.getFirst().getValue(key);
    if (value != null
        && entities.stream().allMatch(each -> Objects.equals(each.getValue(key), value))) {
      message.put(key, value);
      entities.forEach(each -> each.remove(key));
    }
  }
}
