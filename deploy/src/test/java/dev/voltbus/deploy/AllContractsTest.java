package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.voltbus.contract.Address;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.Control;
import dev.voltbus.contract.Control.BatteryTarget;
import dev.voltbus.contract.Control.LimitTarget;
import dev.voltbus.contract.Control.OnUnknown;
import dev.voltbus.contract.Control.Pace;
import dev.voltbus.contract.Control.Unit;
import dev.voltbus.contract.Control.ValueRef;
import dev.voltbus.contract.ControlState;
import dev.voltbus.contract.ControlState.Mode;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.Limits;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.SingleProcessLeases;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.Wiring;
import dev.voltbus.deploy.TestingListener.Heard;
import dev.voltbus.mqtt.MqttVerticle;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// All contracts at once on one mosquitto, and several prefixes of the same one: what the broker
/// keeps is judged as Home Assistant would judge it.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AllContractsTest {
  private static final Path SITE = Path.of("src/test/resources/testcases/all-contracts/site.yaml");
  private static final Path HOW_TO = Path.of("../docs/how-to/home-assistant.md");
  private static final Set<String> READERS_OWN = Set.of("device_tracker.car", "switch.car_charger");
  private static final Set<String> AUTOMATED =
      Set.of(
          "sensor.be_soc",
          "button.be_pause",
          "sensor.nissan_leaf_battery_tracker_nissan_leaf_battery_level");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern NO_VALUE = Pattern.compile("|None|undefined: .*");
  private static final List<String> ESSENTIAL =
      List.of(
          "BE_SOC",
          "BE_battery_voltage",
          "BE_battery_current",
          "BE_stat_batt_power",
          "BE_temperature_max",
          "BE_temperature_min",
          "BE_cell_max_voltage",
          "BE_cell_min_voltage",
          "BE_remaining_capacity",
          "BE_bms_status",
          "be_PAUSE",
          "be_RESUME",
          "be_RESTART",
          "bessai-garage_soc_pct",
          "bessai-garage_power_kw");
  private static final int ENTITIES_AT_LEAST = 60;

  private final Vertx vertx = Vertx.vertx();
  private final Map<String, String> newest = new HashMap<>();

  /// What the broker keeps for Home Assistant.
  private final Map<String, JsonNode> messages = new TreeMap<>();

  /// Each entity by its topic, or by that of its device's message and its key there.
  private final Map<String, JsonNode> entities = new TreeMap<>();

  @BeforeAll
  void run() throws Exception {
    try (TestingMosquitto broker = TestingMosquitto.start();
        TestingListener listener = TestingListener.on(broker.port()).subscribed()) {
      Site site =
          controlled(
              SiteFiles.load(
                  SITE,
                  Path.of("config"),
                  Map.of("MQTT_PORT", Integer.toString(broker.port())),
                  variable -> null));
      Bus bus = Bus.over(vertx);
      TimeSource time = TimeSource.system();
      Wiring wiring =
          new Wiring(
              bus, new SingleProcessLeases(time), time, new PrometheusMetrics(), new HealthBoard());
      vertx.deployVerticle(new MqttVerticle(site, wiring)).await();
      bus.publish(Address.control(site.name()), running());
      site.devices()
          .forEach(device ->
              bus.publish(
                  Address.snapshots(site.name()),
                  GivenSnapshot.of(device, everything(device), 1, time.wallMillis())));
      listener.awaitAll(heard -> isComplete(heard, site), Duration.ofSeconds(15), "all topics");
      listener.all().forEach(message -> newest.put(message.topic(), message.payload()));
      try (TestingListener late = TestingListener.on(broker.port()).subscribed()) {
        keep(late.all());
      }
    }
  }

  /// The site with limits to set for its pack.
  private static Site controlled(Site site) {
    BatteryTarget target =
        new BatteryTarget(
            "pack",
            limit("charge", 0.25),
            limit("discharge", 0),
            null,
            List.of(),
            null,
            null,
            null,
            Set.copyOf(Control.COMMANDS),
            Pace.USUAL);
    return new Site(
        site.name(),
        site.links(),
        site.devices(),
        site.publications(),
        site.mirror(),
        new Control(List.of(target), OnUnknown.BASE, Map.of(), false, false, Map.of()));
  }

  private static LimitTarget limit(String key, double step) {
    ValueRef register = new ValueRef("pack", key);
    return new LimitTarget(register, Unit.AMPERE, null, step, 0, 500, 80, 80, 0, null, Unit.AMPERE);
  }

  private static ControlState running() {
    Limits limits = new Limits(80.0, 60.5);
    return new ControlState(
        1,
        1,
        Mode.RUNNING,
        0,
        List.of(
            new ControlState.Battery(
                "pack", Mode.RUNNING, false, false, limits, Limits.NONE, 0, 0, true, true)));
  }

  private void keep(List<Heard> kept) throws Exception {
    for (Heard message : kept) {
      if (message.topic().startsWith("homeassistant/")) {
        assertTrue(message.retained(), message.topic());
        messages.put(message.topic(), JSON.readTree(message.payload()));
      }
    }
    messages.forEach((topic, message) -> {
      if (message.has("components")) {
        message
            .get("components")
            .properties()
            .forEach(each -> entities.put(topic + "/" + each.getKey(), whole(message, each)));
      } else {
        entities.put(topic, message);
      }
    });
  }

  /// What an entity is with all that its device's message says for it.
  private static JsonNode whole(JsonNode message, Map.Entry<String, JsonNode> component) {
    ObjectNode config = message.deepCopy();
    config.remove(List.of("components", "origin"));
    config.setAll((ObjectNode) component.getValue());
    config.remove("platform");
    return config;
  }

  @AfterAll
  void close() {
    vertx.close().await();
  }

  /// A value for each register that is a number, so that each entity has one.
  private static Map<String, Object> everything(Device device) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (RegisterSpec spec : device.map().registers()) {
      boolean isText = spec.source() instanceof WireSource wire && wire.type().isText();
      if (!isText) {
        values.put(spec.key(), anyCode(spec));
      }
    }
    return values;
  }

  private static long anyCode(RegisterSpec spec) {
    return spec.presentation().texts().keySet().stream().mapToLong(c -> c).min().orElse(1);
  }

  /// Each publication has said all it has to say: its last entity and its values were heard.
  private static boolean isComplete(List<Heard> heard, Site site) {
    Set<String> topics = new HashSet<>();
    heard.forEach(message -> topics.add(message.topic()));
    return topics.containsAll(
        List.of(
            "homeassistant/sensor/BE/cell_voltage16/config",
            "BE/control",
            "BEC/control",
            "BED/control",
            "battery-emulator-garage/control",
            "homeassistant/number/BE/max_discharge/config",
            "homeassistant/number/BEC/max_discharge/config",
            "homeassistant/number/battery-emulator-garage/max_discharge/config",
            "homeassistant/sensor/BE2/bms_status/config",
            "homeassistant/device/battery-emulator-BED/config",
            "homeassistant/device/third_car/config",
            "BED/info",
            "BED/spec_data",
            "more/cars/third_car/data",
            "homeassistant/sensor/BE2/stat_batt_power/config",
            "homeassistant/sensor/home_shed/stat_batt_power/config",
            "homeassistant/sensor/BEC/bms_status/config",
            "homeassistant/sensor/BEC/discharged_energy_2/config",
            "homeassistant/sensor/BEC/cell_voltage16/config",
            "homeassistant/sensor/battery-emulator-garage/charging_state_2/config",
            "homeassistant/sensor/battery-emulator-garage/cell_voltage16/config",
            "BEC/info",
            "BEC/spec_data",
            "BEC/balancing_data",
            "battery-emulator-garage/info",
            "battery-emulator-garage/info_2",
            "battery-emulator-garage/spec_data",
            "BE/balancing_data",
            "homeassistant/sensor/second_car/range/config",
            "homeassistant/sensor/nissan_leaf_battery_tracker/range/config",
            "BE/info",
            "BE/spec_data",
            "BE2/info",
            "home/shed/info",
            "victron/tinybms/pack_power_w",
            "nissan_leaf/nissan_leaf_battery_tracker/data",
            "cars/second_car/data",
            "homeassistant/sensor/bessai-garage/power_kw/config",
            site.name() + "/telemetry",
            site.name() + "/system/heartbeat"));
  }

  @Test
  void noUniqueIdAndNoEntityIdIsGivenTwice() {
    for (String key : List.of("unique_id", "default_entity_id")) {
      Map<String, String> owners = new HashMap<>();
      entities.forEach((topic, config) -> {
        if (config.has(key)) {
          String other = owners.put(config.get(key).asText(), topic);
          assertEquals(null, other, key + " " + config.get(key) + " of " + topic);
        }
      });
    }
    assertTrue(entities.size() >= ENTITIES_AT_LEAST, entities.size() + " entities");
  }

  // Two batteries would be one device in Home Assistant.
  @Test
  void noTwoPrefixesShareADevice() {
    Map<String, Set<String>> stateTopics = new TreeMap<>();
    entities.forEach((topic, config) ->
        stateTopics
            .computeIfAbsent(config.at("/device/identifiers/0").asText(), id -> new HashSet<>())
            .add(topic.split("/", -1)[2]));
    stateTopics.forEach((id, nodes) -> assertEquals(1, nodes.size(), id + ": " + nodes));
    assertEquals(
        Set.of(
            "battery-emulator",
            "battery-emulator-BE2",
            "battery-emulator-BEC",
            "battery-emulator-BED",
            "battery-emulator-garage",
            "battery-emulator-home_shed",
            "nissan_leaf_battery_tracker",
            "second_car",
            "third_car",
            "bessai-garage"),
        stateTopics.keySet());
  }

  @Test
  void homeAssistantWouldTakeEachMessage() throws Exception {
    assertEquals(List.of(), DiscoveryJudge.faults(messages));
  }

  /// Faults that a judge must find: what is changed in which message, and a word of the complaint.
  static List<Arguments> planted() {
    String sensor = "homeassistant/sensor/BE/SOC/config";
    String capacity = "homeassistant/sensor/BE/remaining_capacity/config";
    String button = "homeassistant/button/BE/PAUSE/config";
    String device = "homeassistant/device/battery-emulator-BED/config";
    String number = "homeassistant/number/BE/max_charge/config";
    return List.of(
        arguments(number, "max", 0, "min 0 is not below max 0"),
        arguments(number, "max", "80", "are not all numbers"),
        arguments(number, "step", 0.0001, "less than 0.001"),
        arguments(number, "unit_of_measurement", "W", "unit W not of device_class current"),
        arguments(number, "state_topic", null, "state_topic missing"),
        arguments(number, "retain", true, "retain"),
        arguments(device, "origin", null, "origin missing"),
        arguments(device, "origin", Map.of("sw_version", "1"), "origin without name"),
        arguments(device, "json_attributes_topic", "BED/info", "json_attributes_topic refuses"),
        arguments(device, "device", Map.of("name", "x"), "device without identifiers"),
        arguments(
            device, "components", Map.of("a", Map.of("unique_id", "a")), "platform None not known"),
        arguments(
            device,
            "components",
            Map.of("a", Map.of("platform", "sensor", "unique_id", "BE_SOC")),
            "is that of"),
        arguments(sensor, "unit_of_measurement", "V", "unit V not of device_class battery"),
        arguments(sensor, "state_class", "total", "state_class total not of"),
        arguments(sensor, "device_class", "batery", "device_class batery unknown"),
        arguments(sensor, "state_class", null, "without state_class"),
        arguments(sensor, "unit_of_mesurement", "%", "unit_of_mesurement is dropped"),
        arguments(sensor, "object_id", "be_soc", "object_id is dropped"),
        arguments(sensor, "default_entity_id", "be_soc", "default_entity_id be_soc is no sensor"),
        arguments(sensor, "default_entity_id", "sensor.be_bms_status", "is that of"),
        arguments(sensor, "unique_id", "BE_bms_status", "unique_id of a sensor BE_bms_status"),
        arguments(sensor, "unique_id", null, "unique_id missing"),
        arguments(sensor, "availability", null, "availability missing"),
        arguments(sensor, "state_topic", "BE/#", "BE/# is no topic"),
        arguments(sensor, "value_template", "{{ value_json.SOC", "is no template"),
        arguments(sensor, "entity_category", "config", "entity_category config"),
        arguments(sensor, "device", Map.of("name", "Battery"), "device without identifiers"),
        arguments(
            sensor,
            "device",
            Map.of("identifiers", List.of("battery-emulator")),
            "device described in two ways"),
        arguments(
            sensor,
            "device",
            Map.of("identifiers", List.of("x"), "modell", "y"),
            "device.modell refuses"),
        arguments(sensor, "name", "Battery Emulator SOC", "repeats that of its device"),
        arguments(capacity, "device_class", "energy", "energy cannot be measurement"),
        arguments(button, "command_topic", null, "command_topic missing"),
        arguments(button, "retain", true, "retain"));
  }

  // A check that finds nothing proves something only if it would have found these.
  @ParameterizedTest
  @MethodSource("planted")
  void aPlantedFaultIsFound(String topic, String key, @Nullable Object value, String complaint)
      throws Exception {
    Map<String, JsonNode> changed = new TreeMap<>(messages);
    ObjectNode config = messages.get(topic).deepCopy();
    if (value == null) {
      config.remove(key);
    } else {
      config.set(key, JSON.valueToTree(value));
    }
    changed.put(topic, config);
    List<String> faults = DiscoveryJudge.faults(changed);
    assertTrue(faults.stream().anyMatch(fault -> fault.contains(complaint)), faults::toString);
  }

  // A wrong factor would be ten times the current.
  @Test
  void numbersSetLimitsInTheUnitOfTheirContract() throws Exception {
    try (JinjaTemplates jinja = JinjaTemplates.start()) {
      assertEquals(
          "{\"max_charge\": 50.5, \"keep_other\": true, \"timeout\": 900}",
          sent(jinja, "BE/max_charge", 50.5));
      assertEquals(
          "{\"max_discharge\": 23, \"keep_other\": true, \"timeout\": 900}",
          sent(jinja, "BEC/max_discharge", 2.3));
      assertEquals(
          "{\"max_charge\": 800, \"keep_other\": true, \"timeout\": 900}",
          sent(jinja, "battery-emulator-garage/max_charge", 80));
    }
    JsonNode number = entities.get("homeassistant/number/BE/max_charge/config");
    assertEquals(
        "0 80 0.25", number.get("min") + " " + number.get("max") + " " + number.get("step"));
    assertEquals(
        0.1, entities.get("homeassistant/number/BE/max_discharge/config").get("step").asDouble());
  }

  private String sent(JinjaTemplates jinja, String entity, double value) throws Exception {
    JsonNode config = entities.get("homeassistant/number/" + entity + "/config");
    return jinja.command(config.get("command_template").asText(), value);
  }

  // Where nothing can be limited, an entity for it would do nothing.
  @Test
  void onlyAControlledBatteryHasEntitiesOfItsControl() {
    List<String> nodes =
        entities.keySet().stream()
            .filter(topic -> topic.endsWith("/control_mode/config"))
            .map(topic -> topic.split("/", -1)[2])
            .toList();
    assertEquals(List.of("BE", "BEC", "battery-emulator-garage"), nodes);
    assertTrue(
        entities.containsKey("homeassistant/device/battery-emulator-BED/config/number_max_charge"));
    assertTrue(entities.containsKey("homeassistant/button/BE2/PAUSE/config"));
  }

  // A template that names a field with a typing error shows "unknown" for ever.
  @Test
  void eachTemplateFindsItsValueInWhatWasSent() throws Exception {
    try (JinjaTemplates jinja = JinjaTemplates.start()) {
      List<String> missing = new ArrayList<>();
      for (Map.Entry<String, JsonNode> entity : entities.entrySet()) {
        JsonNode config = entity.getValue();
        if (config.has("state_topic") && !hasValue(jinja, config)) {
          missing.add(entity.getKey());
        }
      }
      assertEquals(List.of(), missing);
    }
  }

  private boolean hasValue(JinjaTemplates jinja, JsonNode config) throws Exception {
    String payload = newest.get(config.get("state_topic").asText());
    return payload != null && !NO_VALUE.matcher(state(jinja, config, payload)).matches();
  }

  private static String state(JinjaTemplates jinja, JsonNode config, String payload)
      throws Exception {
    return config.has("value_template")
        ? jinja.state(config.get("value_template").asText(), payload)
        : payload;
  }

  // Whoever pastes an automation with a wrong id gets one that never starts, and no error.
  @Test
  void everyEntityOfTheHowToIsDiscoveredOrTheReadersOwn() throws Exception {
    HowToPage page = HowToPage.of(HOW_TO);
    assertTrue(page.entitiesInYaml().containsAll(AUTOMATED), page.entitiesInYaml()::toString);
    assertEquals(READERS_OWN, page.own());
    Set<String> unknown = new TreeSet<>(page.entities());
    unknown.removeAll(READERS_OWN);
    entities.forEach((topic, config) -> unknown.remove(entityId(topic, config)));
    assertEquals(Set.of(), unknown);
  }

  /// The id that Home Assistant gives an entity which it sees for the first time: the one wished
  /// for, else from the names of device and entity.
  private static String entityId(String topic, JsonNode config) {
    String names = config.at("/device/name").asText() + " " + config.path("name").asText();
    String slug = names.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "_");
    return config.path("default_entity_id").asText(topic.split("/", -1)[1] + "." + slug);
  }

  @Test
  void everyTopicOfTheHowToIsOneOfAPublication() throws Exception {
    Site site = controlled(SiteFiles.load(SITE, Path.of("config"), Map.of(), variable -> null));
    Set<String> unknown = new TreeSet<>(HowToPage.of(HOW_TO).topics());
    assertTrue(unknown.contains("BE/command/result"), unknown::toString);
    for (Publication publication : site.publications()) {
      MqttVerticle.topics(publication, site.devices(), site.control()).forEach(unknown::remove);
    }
    assertEquals(Set.of(), unknown);
  }

  // Whoever has no discovery pastes this text; it must show what discovery would.
  @Test
  void handWrittenEntitiesShowTheSameValues() throws Exception {
    JsonNode yaml = handWritten();
    List<String> names = new ArrayList<>();
    try (JinjaTemplates jinja = JinjaTemplates.start()) {
      for (JsonNode sensor : yaml.at("/mqtt/sensor")) {
        assertTrue(hasValue(jinja, sensor), sensor.toString());
        assertTrue(entities.containsValue(sensor), sensor.toString());
        names.add(sensor.get("unique_id").asText());
      }
    }
    for (JsonNode button : yaml.at("/mqtt/button")) {
      assertTrue(entities.containsValue(button), button.toString());
      names.add(button.get("unique_id").asText());
    }
    assertTrue(names.containsAll(ESSENTIAL), names.toString());
    assertEquals(names.size(), Set.copyOf(names).size(), names.toString());
  }

  private static JsonNode handWritten() {
    CommandRun run = CommandRun.of("ha", "yaml", "--site=" + SITE, "--config=config");
    assertEquals(0, run.code(), run.err());
    assertTrue(run.out().contains("# Publication BE announces its entities by itself"), run.out());
    return JSON.valueToTree(new Load(LoadSettings.builder().build()).loadFromString(run.out()));
  }

  @Test
  void availabilityTopicsAreSentAndKept() {
    entities.forEach((topic, config) -> {
      if (config.has("expire_after")) {
        return; // a contract without such a topic
      }
      assertEquals("online", newest.get(availability(config)), topic);
    });
  }

  /// One topic, as a text, an object or the only one of a list.
  private static String availability(JsonNode config) {
    JsonNode one = config.path("availability");
    return config.has("availability_topic")
        ? config.get("availability_topic").asText()
        : (one.isArray() ? one.get(0) : one).path("topic").asText();
  }
}
