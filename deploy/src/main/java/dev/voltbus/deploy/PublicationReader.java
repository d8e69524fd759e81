package dev.voltbus.deploy;

import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.TopicContract;
import dev.voltbus.contract.TopicContract.PerValue;
import dev.voltbus.contract.TopicContract.Reporting;
import dev.voltbus.contract.TopicText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Reads the publications of a site file.
final class PublicationReader {
  private static final Duration INTERVAL = Duration.ofSeconds(5);

  private final Map<String, Device> devices;
  private final List<String> deviceNames;
  private final BrokerReader brokers;
  private final CheckedFiles.Library<ContractType> contracts;
  private final Map<String, String> clients = new HashMap<>();
  private final Map<String, String> places = new HashMap<>();

  /// @param devices the devices without fault
  /// @param deviceNames names of all devices of the file
  PublicationReader(
      Map<String, Device> devices,
      Collection<String> deviceNames,
      BrokerReader brokers,
      CheckedFiles.Library<ContractType> contracts) {
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
    Set<String> options = options(section.section("options"), type);
    Map<String, Publication.Binding> bindings = bindings(section, type);
    TopicContract.Overrides overrides = overrides(section, type);
    type.perValue().ifPresent(rule -> checkSuffixes(section));
    Duration interval =
        section.duration("interval", INTERVAL, Duration.ofMillis(100), Duration.ofHours(24));
    Optional<BrokerSettings> settings =
        brokers.named(section.text("broker")).map(base -> settings(name, section, type, base));
    if (section.faults().count() > before || settings.isEmpty()) {
      return Optional.empty();
    }
    return section.make(() ->
        new Publication(
            name,
            type.contract(),
            settings.get(),
            settings.get().rootTopic(),
            section.texts("devices"),
            interval,
            options,
            bindings,
            overrides));
  }

  /// The broker's settings with this publication's client id, root topic, QoS and retain.
  private BrokerSettings settings(
      String name, Section section, ContractType type, BrokerSettings base) {
    Section broker = Objects.requireNonNull(brokers.sections().get(base.name()));
    String prefix = prefix(section, broker, type);
    claim(
        section,
        "prefix",
        places,
        "prefix `" + prefix + "` of contract " + type.contract().name() + " at " + base.address(),
        name);
    return base.withClientId(clientId(name, section, broker, type, base.address()))
        .withRootTopic(prefix)
        .withQos(
            section.whole("default-qos", base.defaultQos()),
            section.flag("retain-by-default", base.retainByDefault()));
  }

  private static String prefix(Section section, Section broker, ContractType type) {
    String key = section.has("prefix") ? "prefix" : "contract";
    String prefix =
        section.text("prefix", broker.text("root-topic", type.contract().defaultPrefix()));
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
    String usual = broker.text("client-id", type.contract().clientId());
    String id = clients.containsKey(client(usual, address)) ? usual + "-" + name : usual;
    claim(section, "contract", clients, client(id, address), name);
    return id;
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

  private static Set<String> options(Section options, ContractType type) {
    Set<String> on = new HashSet<>();
    options
        .node()
        .fieldNames()
        .forEachRemaining(option -> {
          if (!type.options().contains(option)) {
            options.fault(option, unknownInContract("option", option, type.options(), type));
          } else if (options.flag(option, false)) {
            on.add(option);
          }
        });
    return on;
  }

  private static String unknownInContract(
      String kind, String name, List<String> known, ContractType type) {
    return known.isEmpty()
        ? "contract " + type.contract().name() + " has no " + kind + "s"
        : SiteReader.unknown(kind, name, known);
  }

  private Map<String, Publication.Binding> bindings(Section section, ContractType type) {
    Map<String, Publication.Binding> bindings = new TreeMap<>();
    section
        .sections("bindings")
        .forEach((field, binding) -> {
          if (!type.fields().contains(field)) {
            section
                .section("bindings")
                .fault(field, unknownInContract("field", field, type.fields(), type));
          }
          String device = binding.text("device");
          if (SiteReader.reference(binding, "device", device, section.texts("devices"))) {
            checkKey(binding, "key", binding.text("key"), List.of(device));
          }
          bindings.put(field, new Publication.Binding(device, binding.text("key")));
        });
    return bindings;
  }

  /// Adds a fault where none of the devices has a key; devices with faults are left alone.
  private boolean checkKey(Section section, String at, String key, List<String> named) {
    if (!devices.keySet().containsAll(named)) {
      return false;
    }
    List<String> known = named.stream().flatMap(name -> keys(name).stream()).toList();
    if (known.contains(key)) {
      return true;
    }
    section.fault(
        at,
        "no register `"
            + ConfigTree.shortened(key)
            + "` in "
            + String.join(", ", named)
            + Nearest.question(key, known));
    return false;
  }

  private List<String> keys(String device) {
    return rows(device).stream().map(RegisterSpec::key).toList();
  }

  private List<RegisterSpec> rows(String device) {
    Device found = devices.get(device);
    return found == null ? List.of() : found.map().registers();
  }

  private TopicContract.Overrides overrides(Section section, ContractType type) {
    Map<String, TopicContract.Override> byKey = new TreeMap<>();
    Section parent = section.section("overrides");
    Optional<PerValue> rule = type.perValue();
    if (section.has("overrides") && rule.isEmpty()) {
      section.fault("overrides", "contract " + type.contract().name() + " has no topic per value");
      return TopicContract.Overrides.NONE;
    }
    section
        .sections("overrides")
        .forEach((key, override) -> {
          if (checkKey(parent, key, key, section.texts("devices")) && isInternal(key, section)) {
            parent.fault(key, "`" + key + "` is internal and has no topic");
          }
          byKey.put(key, override(override, rule.orElseThrow().reporting()));
        });
    return new TopicContract.Overrides(byKey);
  }

  private boolean isInternal(String key, Section section) {
    return section.texts("devices").stream()
        .flatMap(device -> rows(device).stream())
        .filter(row -> row.key().equals(key))
        .allMatch(RegisterSpec::internal);
  }

  private static TopicContract.Override override(Section section, Reporting usual) {
    boolean reports =
        section.has("report") || section.has("dead-band") || section.has("longest-silence");
    @Nullable Reporting reporting =
        reports ? ContractFile.reporting(section, usual).orElse(usual) : null;
    return new TopicContract.Override(
        section.wholeOrNull("qos"), section.flagOrNull("retain"), reporting);
  }

  private void checkSuffixes(Section section) {
    Map<String, String> owners = new HashMap<>();
    List<String> named = section.texts("devices");
    for (int i = 0; i < named.size(); i++) {
      for (RegisterSpec row : rows(named.get(i))) {
        String other = row.internal() ? null : owners.putIfAbsent(row.topicSuffix(), named.get(i));
        if (other != null && !other.equals(named.get(i))) {
          section.fault(
              "devices",
              i,
              "topic suffix `"
                  + row.topicSuffix()
                  + "` comes from "
                  + other
                  + " and from "
                  + named.get(i)
                  + "; give "
                  + named.get(i)
                  + " a publication of its own");
          break;
        }
      }
    }
  }
}
