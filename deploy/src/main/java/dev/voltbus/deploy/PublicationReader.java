package dev.voltbus.deploy;

import dev.voltbus.contract.BrokerKind;
import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.Discovery;
import dev.voltbus.contract.OutboxBounds;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.TopicContract;
import dev.voltbus.contract.TopicContract.AlarmBand;
import dev.voltbus.contract.TopicText;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Reads the publications of a site file.
final class PublicationReader {
  private final String site;
  private final Map<String, Device> devices;
  private final List<String> deviceNames;
  private final BrokerReader brokers;
  private final CheckedFiles.Library<ContractType> contracts;
  private final Map<String, String> clients = new HashMap<>();
  private final Map<String, String> places = new HashMap<>();

  /// @param site what systems outside call the site
  /// @param devices the devices without fault
  /// @param deviceNames names of all devices of the file
  PublicationReader(
      String site,
      Map<String, Device> devices,
      Collection<String> deviceNames,
      BrokerReader brokers,
      CheckedFiles.Library<ContractType> contracts) {
    this.site = site;
    this.devices = devices;
    this.deviceNames = List.copyOf(deviceNames);
    this.brokers = brokers;
    this.contracts = contracts;
  }

  /// The publications without fault whose broker is enabled, in the order of the file.
  List<Publication> read(Map<String, Section> sections) {
    List<Publication> publications = new ArrayList<>();
    sections.forEach((name, section) -> {
      checkDevices(section);
      List<String> known = brokers.sections().keySet().stream().sorted().toList();
      SiteReader.reference(section, "broker", section.text("broker"), known);
      contracts
          .named(section, "contract")
          .flatMap(contract -> publication(name, section, contract))
          .filter(publication -> publication.broker().enabled())
          .ifPresent(publications::add);
    });
    return publications;
  }

  private void checkDevices(Section section) {
    Set<String> seen = new HashSet<>();
    List<String> named = section.texts("devices");
    for (int i = 0; i < named.size(); i++) {
      if (!deviceNames.contains(named.get(i))) {
        section.fault("devices", i, SiteReader.unknown("device", named.get(i), deviceNames));
      } else if (!seen.add(named.get(i))) {
        section.fault("devices", i, "device `" + named.get(i) + "` is given twice");
      }
    }
  }

  private Optional<Publication> publication(String name, Section section, ContractType type) {
    int before = section.faults().count();
    PublicationValues values = new PublicationValues(section, type, devices);
    Set<String> options = values.options();
    Map<String, Publication.Binding> bindings = values.bindings();
    TopicContract.Overrides overrides = values.overrides();
    type.perValue().ifPresent(rule -> values.checkSuffixes());
    List<Integer> instances = VenusPlace.instances(section, type);
    Duration interval =
        section.duration("interval", type.interval(), Duration.ofMillis(100), Duration.ofHours(24));
    OutboxBounds outbox = outbox(section.section("outbox"));
    Optional<BrokerSettings> settings =
        brokers.named(section.text("broker")).map(base -> settings(name, section, type, base));
    if (section.faults().count() > before || settings.isEmpty()) {
      return Optional.empty();
    }
    Optional<Publication> made =
        section.make(() ->
            new Publication(
                name,
                type.contract(),
                settings.get(),
                settings.get().rootTopic(),
                section.texts("devices"),
                interval,
                options,
                bindings,
                overrides,
                site,
                discovery(section),
                new AlarmBand(
                    percent(section, "alarm-warning-percent", AlarmBand.USUAL.warningPercent()),
                    percent(
                        section, "alarm-hysteresis-percent", AlarmBand.USUAL.hysteresisPercent())),
                outbox,
                instances));
    made.ifPresent(publication ->
        new BrokerFit(publication.broker().kind())
            .check(section, publication, List.copyOf(devices.values())));
    return made;
  }

  private static Discovery.Setting discovery(Section section) {
    Discovery.Form form =
        Discovery.Form.valueOf(section.text("discovery-form", "single").toUpperCase(Locale.ROOT));
    return new Discovery.Setting(section.text("discovery-prefix", Discovery.DEFAULT_PREFIX), form);
  }

  private static OutboxBounds outbox(Section section) {
    OutboxBounds usual = OutboxBounds.USUAL;
    return new OutboxBounds(
        section.whole("most-mib", usual.mostMib()),
        section.duration(
            "longest-age", usual.longestAge(), OutboxBounds.LEAST_AGE, OutboxBounds.MOST_AGE));
  }

  private static double percent(Section section, String key, double usual) {
    return section.decimal(key, BigDecimal.valueOf(usual)).doubleValue();
  }

  /// The broker's settings with this publication's client id, root topic, QoS and retain.
  private BrokerSettings settings(
      String name, Section section, ContractType type, BrokerSettings base) {
    Section broker = Objects.requireNonNull(brokers.sections().get(base.name()));
    String prefix = prefix(section, broker, type);
    claim(
        section,
        type.isVenus() ? "portal" : "prefix",
        places,
        (type.isVenus() ? "portal `" : "prefix `")
            + prefix
            + "` of contract "
            + type.contract().name()
            + " at "
            + base.address(),
        name);
    if (base.kind() == BrokerKind.AZURE) {
      checkHub(name, section, broker, type, base);
    }
    String client = clientId(name, section, broker, type, base.address());
    claimTopics(name, section, type, base.address(), prefix, client);
    return base.withClientId(client)
        .withRootTopic(prefix)
        .withQos(qos(section, base), section.flag("retain-by-default", base.retainByDefault()));
  }

  /// A hub's broker is the login of one device, and a device has one connection.
  private void checkHub(
      String name, Section section, Section broker, ContractType type, BrokerSettings base) {
    if (type.isVenus()) {
      section.fault(
          "contract", "has topics on which others ask, and Azure IoT Hub passes on no such topics");
    }
    boolean isChosen = section.has("client-id") || broker.has("client-id");
    String id = section.text("client-id", broker.text("client-id"));
    HubRules.checkDevice(section, "broker", id, isChosen);
    claim(section, "broker", places, "the device of broker " + base.name(), name);
  }

  private static int qos(Section section, BrokerSettings base) {
    int qos = section.whole("default-qos", base.defaultQos());
    if (qos > base.kind().mostQos()) {
      section.fault(
          "default-qos",
          qos + " is not in 0.." + base.kind().mostQos() + " of " + base.kind().label());
      return base.defaultQos();
    }
    return qos;
  }

  /// Two contracts with the same prefix must not speak on one topic.
  private void claimTopics(
      String name,
      Section section,
      ContractType type,
      String address,
      String prefix,
      String client) {
    Stream.concat(
            Stream.ofNullable(type.contract().status()).map(TopicContract.StatusTopic::topic),
            type.contract().topics().stream().map(TopicContract.TopicRule::topic))
        .filter(topic -> !topic.contains("{suffix}"))
        .map(topic -> topic.replace("{prefix}", prefix).replace("{client}", client))
        .forEach(
            topic -> claim(section, "prefix", places, "topic `" + topic + "` at " + address, name));
  }

  private String prefix(Section section, Section broker, ContractType type) {
    if (type.isVenus()) {
      return VenusPlace.portal(section, site);
    }
    String key = section.has("prefix") ? "prefix" : "contract";
    String prefix =
        section.text("prefix", broker.text("root-topic", usual(type.contract().defaultPrefix())));
    if (type.cleanPrefix()) {
      return TopicText.root(prefix);
    }
    if (prefix.isBlank() || prefix.startsWith("/") || prefix.endsWith("/")) {
      section.fault(key, "prefix `" + prefix + "` is empty, or begins or ends with /");
    }
    return prefix;
  }

  /// The publication's own client id; else the broker's or the contract's, to which the second and
  /// further publications append their name.
  private String clientId(
      String name, Section section, Section broker, ContractType type, String address) {
    if (section.has("client-id")) {
      String own = section.text("client-id");
      claim(section, "client-id", clients, client(own, address), name);
      return own;
    }
    String usual = broker.text("client-id", usual(type.contract().clientId()));
    String id = clients.containsKey(client(usual, address)) ? usual + "-" + name : usual;
    claim(section, "contract", clients, client(id, address), name);
    return id;
  }

  /// What a contract gives as default, for this site.
  private String usual(String text) {
    return text.replace("{site}", site);
  }

  private static String client(String id, String address) {
    return "client id `" + id + "` at " + address;
  }

  private static void claim(
      Section section, String key, Map<String, String> owners, String what, String name) {
    String other = owners.putIfAbsent(what, name);
    if (other != null) {
      section.fault(
          section.has(key) ? key : "contract",
          what + " belongs to publication " + other + " already");
    }
  }
}
