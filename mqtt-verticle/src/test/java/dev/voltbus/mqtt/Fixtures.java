package dev.voltbus.mqtt;

import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.Derivation;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.Discovery;
import dev.voltbus.contract.OutboxBounds;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.Presentation;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.ReadLimits;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.Scaling;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.TopicContract;
import dev.voltbus.contract.TopicContract.AlarmBand;
import dev.voltbus.contract.TopicContract.EventTopic;
import dev.voltbus.contract.TopicContract.Field;
import dev.voltbus.contract.TopicContract.Field.Form;
import dev.voltbus.contract.TopicContract.Field.Shows;
import dev.voltbus.contract.TopicContract.JsonArrayTopic;
import dev.voltbus.contract.TopicContract.JsonArrayTopic.Items;
import dev.voltbus.contract.TopicContract.JsonObjectTopic;
import dev.voltbus.contract.TopicContract.Overrides;
import dev.voltbus.contract.TopicContract.PerValue;
import dev.voltbus.contract.TopicContract.Reporting;
import dev.voltbus.contract.TopicContract.Sending;
import dev.voltbus.contract.TopicContract.StatusTopic;
import dev.voltbus.contract.TopicContract.Timing;
import dev.voltbus.contract.TopicContract.TopicRule;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.WireType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// A small pack, the two contracts, and publications of them.
final class Fixtures {
  static final String SITE = "demo";
  static final String DEVICE = "bms";
  static final String DISCOVERY = "discovery";

  private Fixtures() {}

  /// Some TinyBMS registers, two fitted cells, the derived values, and one internal value.
  static RegisterMap pack() {
    List<RegisterSpec> rows = new ArrayList<>();
    for (int cell = 1; cell <= 3; cell++) {
      rows.add(
          row("cell_voltage_" + cell, cell - 1, WireType.U16, "0.1", "mV", 1, "Cell " + cell)
              .withAbsent(0L)
              .asInternal());
    }
    rows.add(
        described(
            row("battery_pack_voltage", 36, WireType.U16, "0.01", "V", 2, "Battery Pack Voltage"),
            "measured at the shunt",
            "/Dc/0/Voltage"));
    rows.add(row("battery_pack_current", 38, WireType.S16, "0.1", "A", 1, "Battery Pack Current"));
    rows.add(
        row("external_temperature_1", 42, WireType.S16, "0.1", "°C", 1, "External Temperature #1")
            .withAbsent(-32768L));
    rows.add(row("state_of_charge", 46, WireType.U32, "0.000001", "%", 1, "State of Charge"));
    rows.add(status());
    rows.add(row("overvoltage_cutoff_mv", 315, WireType.U16, "1", "mV", 0, "Overvoltage Cutoff"));
    rows.add(
        RegisterSpec.of(
            "manufacturer_name", WireSource.holding(500, WireType.STRING).withWords(4)));
    rows.add(power());
    rows.add(systemState());
    return new RegisterMap(
        "pack",
        rows,
        List.of(PollGroup.every(RegisterSpec.DEFAULT_GROUP, Duration.ofSeconds(1))),
        ReadLimits.MODBUS);
  }

  private static RegisterSpec row(
      String key,
      int address,
      WireType type,
      String scale,
      String unit,
      int decimals,
      String label) {
    return RegisterSpec.of(key, WireSource.holding(address, type))
        .withScaling(Scaling.by(scale))
        .withPresentation(
            Presentation.NONE.withUnit(unit).withPrecision(decimals).withLabel(label));
  }

  private static RegisterSpec described(RegisterSpec row, String comment, String dbusPath) {
    Presentation shown = row.presentation();
    return row.withPresentation(
        new Presentation(
            shown.label(),
            shown.unit(),
            shown.precision(),
            comment,
            shown.texts(),
            dbusPath,
            shown.valueClass()));
  }

  private static RegisterSpec status() {
    return RegisterSpec.of("system_status", WireSource.holding(50, WireType.U16))
        .withPresentation(
            Presentation.NONE
                .withLabel("System Status")
                .withTexts(Map.of(0x91L, "ACTIVE", 0x96L, "ACTIVE", 0x9BL, "FAULT")));
  }

  private static RegisterSpec power() {
    return RegisterSpec.of(
            "pack_power_w",
            Derivation.of(Derivation.Op.PRODUCT, "battery_pack_voltage", "battery_pack_current"))
        .withPresentation(
            Presentation.NONE
                .withLabel("Pack Power")
                .withUnit("W")
                .withPrecision(1)
                .withDbusPath("/Dc/0/Power"));
  }

  private static RegisterSpec systemState() {
    return RegisterSpec.of(
            "system_state",
            Derivation.lookup("system_status", Map.of(0x91L, 3L, 0x96L, 3L), 0)
                .otherwiseSaying("unknown"))
        .withPresentation(
            Presentation.NONE
                .withLabel("System State")
                .withTexts(Map.of(0x91L, "charging", 0x96L, "regenerating"))
                .withDbusPath("/System/0/State"));
  }

  /// Another map with one key.
  static RegisterMap mapWith(String key) {
    RegisterSpec row = RegisterSpec.of(key, WireSource.holding(7, WireType.U16));
    return new RegisterMap("newer", List.of(row), pack().groups(), ReadLimits.MODBUS);
  }

  static Device device() {
    return new Device(DEVICE, "link", 170, pack());
  }

  static TopicContract tinybms() {
    return new TopicContract(
        "tinybms",
        "victron/tinybms",
        "tinybms-victron",
        null,
        null,
        List.of(new PerValue("{prefix}/{suffix}", Sending.DEFAULT, Reporting.ON_CHANGE)),
        null,
        List.of(),
        null);
  }

  static TopicContract batteryEmulator() {
    Sending live = new Sending(0, false);
    return new TopicContract(
        "battery-emulator",
        "BE",
        "dbe_client",
        Duration.ofSeconds(60),
        new StatusTopic("{prefix}/status", "online", "offline", 1, true, Duration.ZERO),
        List.of(
            new JsonObjectTopic("info", "{prefix}/info", live, Timing.INTERVAL, infoFields()),
            new JsonArrayTopic(
                "spec_data",
                "{prefix}/spec_data",
                live,
                null,
                Publication.CELL_VOLTAGES,
                null,
                List.of(new Items("cell_voltages", "cell_voltage_\\d+", "V", 3, null)))),
        "{prefix}/command/+",
        List.of("PAUSE", "RESUME", "RESTART", "STOP", "SET_LIMITS"),
        discovery());
  }

  private static Discovery discovery() {
    return new Discovery(
        DISCOVERY,
        "{discovery}/status",
        0,
        List.of(
            new Discovery.Entity(
                "{discovery}/sensor/{prefix-id}/SOC/config",
                "{\"name\":\"SOC\",\"unique_id\":\"{prefix-id}_SOC\"}",
                new Discovery.ShownField("info", "SOC"),
                true),
            new Discovery.Entity(
                "{discovery}/sensor/{prefix-id}/state_of_health/config",
                "{\"name\":\"SOH\"}",
                new Discovery.ShownField("info", "state_of_health"),
                false),
            new Discovery.Entity(
                "{discovery}/sensor/{prefix-id}/cell_voltage{n}/config",
                "{\"value_template\":\"{{ value_json.cell_voltages[{n-1}] }}\"}",
                new Discovery.EachItem("spec_data"),
                false),
            new Discovery.Entity(
                "{discovery}/button/{prefix-id}/PAUSE/config",
                "{\"command_topic\":\"{prefix}/command/PAUSE\"}",
                new Discovery.Command("PAUSE"),
                true)));
  }

  private static List<Field> infoFields() {
    return List.of(
        Field.number("SOC", List.of("soc", "state_of_charge"), "%", 2),
        number("battery_voltage", "battery_pack_voltage", "V", 2),
        number("battery_current", "battery_pack_current", "A", 2),
        new Field(
            "stat_batt_power",
            Shows.VALUE,
            List.of("pack_power_w"),
            Form.INTEGER,
            "W",
            0,
            null,
            null),
        Field.number("state_of_health", List.of("no_such_key"), "%", 2),
        number("temperature_max", "external_temperature_1", "°C", 1),
        number("cell_max_voltage", "cell_voltage_1", "V", 3),
        new Field(
            "bms_status",
            Shows.VALUE,
            List.of("system_status"),
            Form.TEXT,
            "",
            0,
            "UNKNOWN",
            null));
  }

  static Field number(String name, String key, String unit, int decimals) {
    return Field.number(name, List.of(key), unit, decimals);
  }

  static BrokerSettings broker(int port) {
    return BrokerSettings.at("local", "127.0.0.1", port)
        .withReconnectInterval(Duration.ofMillis(1000));
  }

  static Publication tinybms(BrokerSettings broker) {
    return tinybms(broker, Overrides.NONE);
  }

  static Publication tinybms(BrokerSettings broker, Overrides overrides) {
    return new Publication(
        "tinybms",
        tinybms(),
        broker.withClientId("tinybms-victron"),
        "victron/tinybms",
        List.of(DEVICE),
        Duration.ofSeconds(5),
        Set.of(),
        Map.of(),
        overrides,
        SITE,
        Discovery.Setting.USUAL,
        AlarmBand.USUAL,
        OutboxBounds.USUAL);
  }

  /// One whose values must all arrive: QoS 1, not retained, sent with each poll.
  static Publication samples(BrokerSettings broker) {
    return with(
        tinybms(broker.withQos(1, false)),
        new PerValue(
            "{prefix}/{suffix}",
            new Sending(null, null, true),
            new Reporting(false, 0, Duration.ofHours(1))));
  }

  /// A publication whose contract has one topic only.
  static Publication with(Publication from, TopicRule topic) {
    TopicContract contract = from.contract();
    Parts parts = new Parts(from);
    parts.contract =
        new TopicContract(
            contract.name(),
            contract.defaultPrefix(),
            contract.clientId(),
            null,
            null,
            List.of(topic),
            null,
            List.of(),
            null);
    return parts.make();
  }

  static Publication dbe(BrokerSettings broker) {
    return dbe(broker, Duration.ofSeconds(5));
  }

  static Publication dbe(BrokerSettings broker, Duration interval) {
    return new Publication(
        "dbe",
        batteryEmulator(),
        broker.withClientId("dbe_client"),
        "BE",
        List.of(DEVICE),
        interval,
        Set.of(Publication.CELL_VOLTAGES),
        Map.of(),
        Overrides.NONE,
        SITE,
        Discovery.Setting.USUAL,
        AlarmBand.USUAL,
        OutboxBounds.USUAL);
  }

  /// The same with its events.
  static Publication withEvents(Publication from) {
    TopicContract contract = from.contract();
    List<TopicRule> topics = new ArrayList<>(contract.topics());
    topics.addFirst(new EventTopic("events", "{prefix}/events", new Sending(0, false)));
    Parts parts = new Parts(from);
    parts.contract =
        new TopicContract(
            contract.name(),
            contract.defaultPrefix(),
            contract.clientId(),
            contract.keepAlive(),
            contract.status(),
            topics,
            contract.commandTopic(),
            contract.commands(),
            contract.discovery());
    return parts.make();
  }

  /// One that tells Home Assistant of its entities.
  static Publication discovered(BrokerSettings broker) {
    Publication from = dbe(broker);
    return with(from, "BE", Set.of(Publication.CELL_VOLTAGES, DISCOVERY), from.bindings());
  }

  /// One whose entities belong to a device of Home Assistant.
  static Publication told(BrokerSettings broker, Discovery.Form form) {
    Publication from = discovered(broker);
    TopicContract contract = from.contract();
    Discovery discovery = Objects.requireNonNull(contract.discovery());
    List<Discovery.Entity> entities =
        discovery.entities().stream()
            .map(entity ->
                new Discovery.Entity(
                    entity.topic(),
                    entity
                        .payload()
                        .replaceFirst(
                            "\\{",
                            "{\"device\":{\"identifiers\":[\"battery{-prefix-id}\"]},"
                                + "\"availability_topic\":\"{prefix}/status\","),
                    entity.needs(),
                    entity.isEssential()))
            .toList();
    Parts parts = new Parts(from);
    parts.contract =
        new TopicContract(
            contract.name(),
            contract.defaultPrefix(),
            contract.clientId(),
            contract.keepAlive(),
            contract.status(),
            contract.topics(),
            contract.commandTopic(),
            contract.commands(),
            new Discovery(discovery.option(), discovery.birthTopic(), discovery.qos(), entities));
    parts.interval = Duration.ofMillis(200);
    parts.discovery = new Discovery.Setting(Discovery.DEFAULT_PREFIX, form);
    return parts.make();
  }

  /// The same from several devices.
  static Publication of(List<String> devices, Publication from) {
    Parts parts = new Parts(from);
    parts.devices = devices;
    return parts.make();
  }

  /// A publication with another prefix, other options and bindings.
  static Publication with(
      Publication from,
      String prefix,
      Set<String> options,
      Map<String, Publication.Binding> bindings) {
    Parts parts = new Parts(from);
    parts.prefix = prefix;
    parts.options = options;
    parts.bindings = bindings;
    return parts.make();
  }

  /// A publication with another name and client id.
  static Publication named(String name, Publication from) {
    Parts parts = new Parts(from);
    parts.name = name;
    parts.broker = from.broker().withClientId(name);
    return parts.make();
  }

  /// What makes a publication, to be changed in part.
  private static final class Parts {
    private final Publication from;
    private String name;
    private TopicContract contract;
    private BrokerSettings broker;
    private String prefix;
    private List<String> devices;
    private Duration interval;
    private Set<String> options;
    private Map<String, Publication.Binding> bindings;
    private Discovery.Setting discovery;

    private Parts(Publication from) {
      this.from = from;
      this.name = from.name();
      this.contract = from.contract();
      this.broker = from.broker();
      this.prefix = from.prefix();
      this.devices = from.devices();
      this.interval = from.interval();
      this.options = from.options();
      this.bindings = from.bindings();
      this.discovery = from.discovery();
    }

    private Publication make() {
      return new Publication(
          name,
          contract,
          broker,
          prefix,
          devices,
          interval,
          options,
          bindings,
          from.overrides(),
          from.site(),
          discovery,
          from.alarmBand(),
          from.outbox(),
          from.instances());
    }
  }

  static Site site(Publication... publications) {
    return new Site(SITE, List.of(), List.of(device()), List.of(publications));
  }
}
