package dev.voltbus.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.simulator.FaultText;
import dev.voltbus.simulator.Profile;
import dev.voltbus.simulator.ProfileDevice;
import dev.voltbus.simulator.Signal;
import dev.voltbus.simulator.SimulatedDevice.Table;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads a simulator profile, such as `config/simulator/byd.yaml`, that its schema has accepted.
final class ProfileFile {
  private static final int LARGEST_BLOCK = 125;

  private final Section root;
  private final RegisterMap map;

  private ProfileFile(Section root, RegisterMap map) {
    this.root = root;
    this.map = map;
  }

  /// What the file says of a device, or nothing after a fault was added.
  ///
  /// @param type the device file of the same name
  static Optional<Profile> read(Section root, DeviceType type) {
    return new ProfileFile(root, type.map()).read(type.unit());
  }

  private Optional<Profile> read(@Nullable Integer usualUnit) {
    int before = root.faults().count();
    if (!root.text("device").equals(map.model())) {
      root.fault(
          "device",
          "must be `" + map.model() + "` like the file, not `" + root.text("device") + "`");
    }
    Map<String, Signal> values = values();
    List<Profile.Words> words = words();
    Map<Integer, String> objects = deviceId();
    List<dev.voltbus.simulator.Fault> quirks = quirks();
    if (root.faults().count() > before) {
      return Optional.empty();
    }
    return root.make(() ->
        new Profile(
            map.model(),
            root.whole("unit", usualUnit == null ? 1 : usualUnit),
            root.text("model"),
            values,
            words,
            objects,
            Set.copyOf(root.longs("functions").stream().map(Long::intValue).toList()),
            root.whole("largest-block", LARGEST_BLOCK),
            quirks));
  }

  private Map<String, Signal> values() {
    Map<String, Signal> values = new LinkedHashMap<>();
    Section section = root.section("values");
    section
        .node()
        .fieldNames()
        .forEachRemaining(key -> signal(section, key).ifPresent(signal -> values.put(key, signal)));
    values.forEach((key, signal) -> check(section, key, signal, values));
    return values;
  }

  private void check(Section section, String key, Signal signal, Map<String, Signal> values) {
    List<String> keys = map.registers().stream().map(row -> row.key()).toList();
    if (!keys.contains(key)) {
      section.fault(
          key,
          "device " + map.model() + " has no register `" + key + "`" + Nearest.question(key, keys));
      return;
    }
    try {
      ProfileDevice.check(map, key, signal, values);
    } catch (IllegalArgumentException e) {
      section.fault(key, String.valueOf(e.getMessage()));
    }
  }

  private static Optional<Signal> signal(Section section, String key) {
    JsonNode value = section.node().get(key);
    if (value.isObject()) {
      return made(section.section(key));
    }
    return value.isTextual()
        ? Optional.of(new Signal.Text(value.asText()))
        : number(section, key, value).map(Signal.Fixed::new);
  }

  private static Optional<Double> number(Section section, String key, JsonNode value) {
    double number = value.isBoolean() ? (value.asBoolean() ? 1 : 0) : value.asDouble();
    if (Double.isFinite(number)) {
      return Optional.of(number);
    }
    section.fault(key, "is too large a number");
    return Optional.empty();
  }

  private static Optional<Signal> made(Section form) {
    List<String> keys = new ArrayList<>();
    form.node().fieldNames().forEachRemaining(keys::add);
    if (Set.of("from", "to", "period").equals(Set.copyOf(keys))) {
      return form.make(() ->
          new Signal.Sine(
              number(form, "from"), number(form, "to"), form.duration("period", Duration.ZERO)));
    }
    if (Set.of("start", "rate").equals(Set.copyOf(keys))) {
      return form.make(() -> new Signal.Count(number(form, "start"), number(form, "rate")));
    }
    if (keys.contains("steps") && Set.of("steps", "every").containsAll(keys)) {
      return form.make(
          () -> new Signal.Steps(numbers(form), form.duration("every", Duration.ZERO)));
    }
    form.fault(
        "needs from, to and period, or start and rate, or steps and, if they go by time, every");
    return Optional.empty();
  }

  private static double number(Section section, String key) {
    return section.node().path(key).asDouble();
  }

  private static List<Double> numbers(Section form) {
    List<Double> numbers = new ArrayList<>();
    form.node().path("steps").forEach(item -> numbers.add(item.asDouble()));
    return numbers;
  }

  private List<Profile.Words> words() {
    List<Profile.Words> all = new ArrayList<>();
    Section section = root.section("words");
    section
        .node()
        .fieldNames()
        .forEachRemaining(place -> words(section, place).ifPresent(all::add));
    return all;
  }

  private static Optional<Profile.Words> words(Section section, String place) {
    String[] parts = place.split(" ", -1);
    Table table = Table.valueOf(parts[0].toUpperCase(Locale.ROOT));
    List<Integer> words = words(section.node().get(place));
    try {
      return Optional.of(new Profile.Words(table, Integer.parseInt(parts[1]), words));
    } catch (IllegalArgumentException e) {
      section.fault(place, String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private static List<Integer> words(JsonNode node) {
    if (node.isTextual()) {
      return Arrays.stream(node.asText().split(" ", -1)).map(w -> Integer.valueOf(w, 16)).toList();
    }
    List<Integer> words = new ArrayList<>();
    node.forEach(item -> words.add(item.asInt()));
    return words;
  }

  private Map<Integer, String> deviceId() {
    Map<Integer, String> objects = new LinkedHashMap<>();
    Section section = root.section("device-id");
    section
        .node()
        .fieldNames()
        .forEachRemaining(id -> {
          int object =
              id.startsWith("0x") ? Integer.parseInt(id, 2, id.length(), 16) : Integer.parseInt(id);
          if (object > 0xFF) {
            section.fault(id, "object id " + object + " is not in 0..255");
          }
          objects.put(object, section.text(id));
        });
    return objects;
  }

  private List<dev.voltbus.simulator.Fault> quirks() {
    List<dev.voltbus.simulator.Fault> quirks = new ArrayList<>();
    List<String> texts = root.texts("quirks");
    for (int i = 0; i < texts.size(); i++) {
      try {
        quirks.add(FaultText.parse(texts.get(i)));
      } catch (IllegalArgumentException e) {
        root.fault("quirks", i, String.valueOf(e.getMessage()));
      }
    }
    return quirks;
  }
}
