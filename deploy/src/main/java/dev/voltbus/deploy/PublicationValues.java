package dev.voltbus.deploy;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.TopicContract;
import dev.voltbus.contract.TopicContract.PerValue;
import dev.voltbus.contract.TopicContract.Reporting;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Reads what a publication says about options, fields and registers.
final class PublicationValues {
  private final Section section;
  private final ContractType type;
  private final Map<String, Device> devices;

  /// @param devices the devices without fault
  PublicationValues(Section section, ContractType type, Map<String, Device> devices) {
    this.section = section;
    this.type = type;
    this.devices = Map.copyOf(devices);
  }

  /// The options that are on.
  Set<String> options() {
    Section options = section.section("options");
    Set<String> on = new HashSet<>(type.usualOptions());
    options
        .node()
        .fieldNames()
        .forEachRemaining(option -> {
          if (!type.options().contains(option)) {
            options.fault(option, unknownInContract("option", option, type.options()));
          } else if (options.flag(option, false)) {
            on.add(option);
          } else {
            on.remove(option);
          }
        });
    return on;
  }

  private String unknownInContract(String kind, String name, List<String> known) {
    return known.isEmpty()
        ? "contract " + type.contract().name() + " has no " + kind + "s"
        : SiteReader.unknown(kind, name, known);
  }

  /// Field names to the values they show.
  Map<String, Publication.Binding> bindings() {
    Map<String, Publication.Binding> bindings = new TreeMap<>();
    section
        .sections("bindings")
        .forEach((field, binding) -> {
          if (!type.fields().contains(field)) {
            section
                .section("bindings")
                .fault(field, unknownInContract("field", field, type.fields()));
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
  private boolean checkKey(Section place, String at, String key, List<String> named) {
    if (!devices.keySet().containsAll(named)) {
      return false;
    }
    List<String> known = named.stream().flatMap(name -> keys(name).stream()).toList();
    if (known.contains(key)) {
      return true;
    }
    place.fault(
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

  /// QoS, retain and reporting by key.
  TopicContract.Overrides overrides() {
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
          if (checkKey(parent, key, key, section.texts("devices")) && isInternal(key)) {
            parent.fault(key, "`" + key + "` is internal and has no topic");
          }
          byKey.put(key, override(override, rule.orElseThrow().reporting()));
        });
    return new TopicContract.Overrides(byKey);
  }

  private boolean isInternal(String key) {
    return section.texts("devices").stream()
        .flatMap(device -> rows(device).stream())
        .filter(row -> row.key().equals(key))
        .allMatch(RegisterSpec::internal);
  }

  private static TopicContract.Override override(Section keys, Reporting usual) {
    boolean reports = keys.has("report") || keys.has("dead-band") || keys.has("longest-silence");
    @Nullable Reporting reporting =
        reports ? ContractFile.reporting(keys, usual).orElse(usual) : null;
    return new TopicContract.Override(
        keys.wholeOrNull("qos"), keys.flagOrNull("retain"), reporting);
  }

  /// Adds a fault where two devices would share a topic.
  void checkSuffixes() {
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
