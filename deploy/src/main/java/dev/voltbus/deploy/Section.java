package dev.voltbus.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A `key: value` section of a file that its schema has accepted: types are right, required keys
/// are there.
record Section(ConfigTree tree, String pointer, JsonNode node, Faults faults) {

  static Section root(ConfigTree tree, Faults faults) {
    return new Section(tree, "", tree.root(), faults);
  }

  boolean has(String key) {
    return node.has(key);
  }

  String text(String key, String otherwise) {
    return node.path(key).asText(otherwise);
  }

  String text(String key) {
    return text(key, "");
  }

  /// The text as it stands in the file, with its references to variables.
  String written(String key) {
    return tree.written().getOrDefault(ConfigTree.child(pointer, key), text(key));
  }

  @Nullable String textOrNull(String key) {
    return has(key) ? text(key) : null;
  }

  boolean flag(String key, boolean otherwise) {
    return node.path(key).asBoolean(otherwise);
  }

  @Nullable Boolean flagOrNull(String key) {
    return has(key) ? Boolean.valueOf(flag(key, false)) : null;
  }

  int whole(String key, int otherwise) {
    return has(key) ? node.get(key).decimalValue().intValue() : otherwise;
  }

  @Nullable Integer wholeOrNull(String key) {
    return has(key) ? Integer.valueOf(whole(key, 0)) : null;
  }

  @Nullable Long longOrNull(String key) {
    return has(key) ? Long.valueOf(node.get(key).decimalValue().longValue()) : null;
  }

  BigDecimal decimal(String key, BigDecimal otherwise) {
    return has(key) ? node.get(key).decimalValue() : otherwise;
  }

  @Nullable BigDecimal decimalOrNull(String key) {
    return has(key) ? node.get(key).decimalValue() : null;
  }

  Duration duration(String key, Duration otherwise) {
    return has(key) ? DurationText.parse(text(key)) : otherwise;
  }

  /// A duration between two bounds; a fault, and the default, outside of them.
  Duration duration(String key, Duration otherwise, Duration least, Duration most) {
    Duration duration = duration(key, otherwise);
    if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
      fault(key, text(key) + " is not in " + DurationText.of(least) + ".." + DurationText.of(most));
      return otherwise;
    }
    return duration;
  }

  List<String> texts(String key) {
    List<String> out = new ArrayList<>();
    node.path(key).forEach(item -> out.add(item.asText()));
    return out;
  }

  List<Long> longs(String key) {
    List<Long> out = new ArrayList<>();
    node.path(key).forEach(item -> out.add(item.decimalValue().longValue()));
    return out;
  }

  /// The section under a key, empty if it is not there.
  Section section(String key) {
    return new Section(tree, ConfigTree.child(pointer, key), node.path(key), faults);
  }

  /// The sections under a key, by name, in the order of the file.
  Map<String, Section> sections(String key) {
    Map<String, Section> out = new LinkedHashMap<>();
    Section parent = section(key);
    parent.node.fieldNames().forEachRemaining(name -> out.put(name, parent.section(name)));
    return out;
  }

  /// The sections of a list.
  List<Section> list(String key) {
    List<Section> out = new ArrayList<>();
    String parent = ConfigTree.child(pointer, key);
    JsonNode items = node.path(key);
    for (int i = 0; i < items.size(); i++) {
      out.add(new Section(tree, ConfigTree.child(parent, i), items.get(i), faults));
    }
    return out;
  }

  void fault(String key, String message) {
    faults.add(tree.fault(ConfigTree.child(pointer, key), message));
  }

  void secretFault(String key, String message) {
    faults.add(tree.secretFault(ConfigTree.child(pointer, key), message));
  }

  /// A fault at one item of a list.
  void fault(String key, int index, String message) {
    faults.add(tree.fault(ConfigTree.child(ConfigTree.child(pointer, key), index), message));
  }

  /// A fault of the section itself.
  void fault(String message) {
    faults.add(tree.fault(pointer, message));
  }

  /// Makes a record; what its constructor refuses becomes a fault at the section, or at the key
  /// whose name the message carries.
  <T> Optional<T> make(Supplier<T> maker) {
    try {
      return Optional.of(maker.get());
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      node.properties().stream()
          .map(Map.Entry::getKey)
          .filter(key -> message.matches(".*\\b" + Pattern.quote(key) + "\\b.*"))
          .findFirst()
          .ifPresentOrElse(key -> fault(key, message), () -> fault(message));
      return Optional.empty();
    }
  }
}
