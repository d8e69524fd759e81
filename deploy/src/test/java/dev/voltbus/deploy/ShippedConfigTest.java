package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.Link;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.TopicContract;
import dev.voltbus.contract.TopicContract.Field.Shows;
import dev.voltbus.contract.TopicContract.JsonObjectTopic;
import dev.voltbus.contract.TopicContract.Reporting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The files in `config` as they are delivered.
class ShippedConfigTest {
  private static final Path CONFIG = Path.of("config");

  /// Variables that a shipped site has no default for.
  private static final Map<String, String> REQUIRED =
      Map.of(
          "SITE_ID", "SITE-CL-001",
          "INVERTER_IP", "192.0.2.10",
          "MQTT_BROKER_URL", "mqtt://broker.example");

  @TempDir Path folder;

  private static Site load(Path siteFile, Map<String, String> variables) throws ConfigException {
    return SiteFiles.load(siteFile, CONFIG, variables, name -> null);
  }

  private static Site demo() throws ConfigException {
    return load(CONFIG.resolve("sites/demo.yaml"), Map.of());
  }

  private static Device device(Site site, String name) {
    return site.devices().stream().filter(d -> d.name().equals(name)).findFirst().orElseThrow();
  }

  private static Publication publication(Site site, String name) {
    return site.publications().stream()
        .filter(candidate -> candidate.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void everyShippedSiteLoads() throws Exception {
    try (Stream<Path> sites = Files.list(CONFIG.resolve("sites"))) {
      for (Path site : sites.toList()) {
        assertFalse(load(site, REQUIRED).devices().isEmpty(), site.toString());
      }
    }
  }

  @Test
  void everyShippedDeviceAndContractLoads() throws Exception {
    for (String type : names("devices")) {
      Device device = device(siteOf(type, "tinybms"), "d");
      assertEquals(device.map().registers().size(), SnapshotLayout.of(device.map()).size());
    }
    for (String contract : names("contracts")) {
      assertEquals(contract, siteOf("tinybms", contract).publications().get(0).contract().name());
    }
  }

  private static List<String> names(String kind) throws IOException {
    try (Stream<Path> files = Files.list(CONFIG.resolve(kind))) {
      return files
          .map(file -> file.getFileName().toString().replace(".yaml", ""))
          .sorted()
          .toList();
    }
  }

  private Site siteOf(String type, String contract) throws Exception {
    String place = type.equals("pushed-car") ? "push: { broker: b, topic: t }" : "link: l, unit: 7";
    String text =
        """
        site: x
        links: { l: { url: "tcp://127.0.0.1:502" } }
        devices: { d: { type: %s, %s } }
        brokers: { b: {} }
        publications: { p: { contract: %s, broker: b, devices: [d] } }
        """
            .formatted(type, place, contract);
    return load(Files.writeString(folder.resolve("site.yaml"), text), Map.of());
  }

  // Consumers know these names; a site that loses one of them loses a display somewhere.
  @Test
  void theTinyBmsTopicsOfTheSnapshotListComeOut() throws Exception {
    Set<String> suffixes = new TreeSet<>();
    for (RegisterSpec row : device(demo(), "bms-1").map().registers()) {
      if (!row.internal()) {
        suffixes.add(row.topicSuffix());
      }
    }
    List<String> wanted =
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
    assertEquals(14, wanted.size());
    assertTrue(suffixes.containsAll(wanted), suffixes.toString());
    assertTrue(suffixes.contains("system_status"), "register 50");
  }

  // A field that no device can fill is a promise nobody keeps.
  @Test
  void everyBatteryEmulatorFieldHasARegisterInOneOfTheDevices() throws Exception {
    Site site = demo();
    List<String> keys = new ArrayList<>();
    for (Device device : site.devices()) {
      device.map().registers().forEach(row -> keys.add(row.key()));
    }
    TopicContract contract = publication(site, "BE").contract();
    JsonObjectTopic info =
        contract.topics().stream()
            .filter(JsonObjectTopic.class::isInstance)
            .map(JsonObjectTopic.class::cast)
            .findFirst()
            .orElseThrow();
    List<TopicContract.Field> fields =
        info.fields().stream().filter(field -> field.shows() == Shows.VALUE).toList();
    assertEquals(17, fields.size());
    for (TopicContract.Field field : fields) {
      assertTrue(keys.containsAll(field.keys()), field.name() + " " + field.keys());
    }
  }

  @Test
  void theDemoSitePublishesTheTwoBatteriesUnderTheirPrefixes() throws Exception {
    Site site = demo();
    assertEquals(
        List.of("tinybms", "BE", "BE2"),
        site.publications().stream().map(Publication::name).toList());
    assertEquals(
        Set.of(Publication.CELL_VOLTAGES, "cell-balancing", "discovery"),
        publication(site, "BE").options());
    assertEquals(Set.of("cell-balancing", "discovery"), publication(site, "BE2").options());
    assertEquals("BE2", publication(site, "BE2").prefix());
    assertEquals("dbe_client", publication(site, "BE").broker().clientId());
    assertEquals("dbe_client-BE2", publication(site, "BE2").broker().clientId());
    assertEquals("tinybms-victron", publication(site, "tinybms").broker().clientId());
    assertEquals(Duration.ofSeconds(60), publication(site, "BE").contract().keepAlive());
  }

  @Test
  void variablesMoveThePortsOfTheDemo() throws Exception {
    Site site =
        load(
            CONFIG.resolve("sites/demo.yaml"),
            Map.of("MODBUS_PORT", "6020", "MODBUS_PORT_2", "6021", "MQTT_PORT", "2883"));
    assertEquals("tcp://127.0.0.1:6020", site.links().get(0).url());
    assertEquals("tcp://127.0.0.1:6021", site.links().get(1).url());
    assertEquals(2883, publication(site, "BE").broker().port());
  }

  // docs/reference/site-file.md has the same table.
  @Test
  void whatIsLeftOutHasTheDocumentedDefault() throws Exception {
    Site site = siteOf("inverter", "tinybms");
    Publication publication = site.publications().get(0);
    assertEquals(Link.to("l", "tcp://127.0.0.1:502"), site.links().get(0));
    assertEquals(BrokerSettings.at("b", "127.0.0.1", 1883), publication.broker());
    assertEquals(Duration.ofSeconds(5), publication.interval());
    assertEquals("victron/tinybms", publication.prefix());
    assertEquals(TopicContract.Overrides.NONE, publication.overrides());
    TopicContract.PerValue rule = (TopicContract.PerValue) publication.contract().topics().get(0);
    assertEquals(Reporting.ON_CHANGE, rule.reporting());
    assertEquals(new TopicContract.Sending(null, null, true), rule.sending());
  }

  @Test
  void theDescriptionNamesLinksDevicesAndPublications() throws Exception {
    assertEquals(
        List.of(
            "site x: 1 link(s), 1 device(s), 1 publication(s)",
            "link l: tcp://127.0.0.1:502, request limit 1s",
            "device d: byd, unit 7 on link l, 36 registers, polls live every 1s,"
                + " inverter every 10s, static every 1m",
            "  timeout 1s, retries 1, gap 0ms, bus time 3 %, lost after 3s and 2 cycle(s)",
            "publication p: contract tinybms to mqtt://127.0.0.1:1883 as tinybms-victron,"
                + " prefix victron/tinybms, from d"),
        SiteFiles.describe(siteOf("byd", "tinybms")));
  }
}
