package dev.voltbus.deploy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.voltbus.contract.SunSpecWalk;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// The rows of one SunSpec model at one place: its points in order, each group behind the points of
/// what it is in, groups that repeat as often as the device file says.
final class SunSpecModelRows {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Section item;
  private final Section model;
  private final String prefix;
  private final int largestBlock;
  private final Set<String> only;
  private final Map<String, Integer> scaleAddresses = new HashMap<>();
  private final Set<String> used = new TreeSet<>();
  private final Set<String> offered = new TreeSet<>();
  private final Map<String, Section> rows = new LinkedHashMap<>();
  private final int begin;
  private int next;

  /// @param item what the device file says about the model
  /// @param model the model's file
  /// @param prefix what its keys begin with
  /// @param address of its first word, the id
  SunSpecModelRows(Section item, Section model, String prefix, int address, int largestBlock) {
    this.item = item;
    this.model = model;
    this.prefix = prefix;
    this.largestBlock = largestBlock;
    this.only = new TreeSet<>(item.texts("only"));
    this.begin = address;
    this.next = address + SunSpecWalk.HEADER_WORDS;
    findScales();
    addGroup(model, prefix, "");
    checkNames("only", only);
    checkNames("scale-factors", item.sections("scale-factors").keySet());
    rows.keySet().removeIf(this::isUnusedScale);
  }

  Map<String, Section> rows() {
    return rows;
  }

  /// Keys of the points that the model offers for writing.
  Set<String> offered() {
    return offered;
  }

  /// Words of the whole model.
  int length() {
    return next - begin;
  }

  /// Scale factors stand among the model's own points.
  private void findScales() {
    int at = next;
    for (Section point : model.list("points")) {
      if (point.text("type").equals("sunssf")) {
        scaleAddresses.put(point.text("name"), at);
      }
      at += words(point);
    }
  }

  private void addGroup(Section group, String keyPrefix, String title) {
    for (Section point : group.list("points")) {
      used.add(point.text("name"));
      if (!point.text("type").equals("pad")) {
        add(point, keyPrefix, title);
      }
      next += words(point);
    }
    for (Section inner : group.list("groups")) {
      String name = lower(inner.text("name"));
      if (inner.has("count")) {
        int count = count(inner);
        for (int i = 1; i <= count; i++) {
          addGroup(inner, keyPrefix + "_" + name + "_" + i, title + ", " + name + " " + i);
        }
      } else {
        addGroup(inner, keyPrefix + "_" + name, title + ", " + name);
      }
    }
  }

  private int count(Section group) {
    Section counts = item.section("counts");
    String name = group.text("count");
    if (!counts.has(name)) {
      item.fault(
          "counts",
          "model "
              + model.whole("model", 0)
              + " repeats "
              + group.text("name")
              + ": state how often, as counts: { "
              + name
              + ": 1 }");
    }
    return counts.whole(name, 0);
  }

  private void add(Section point, String keyPrefix, String title) {
    String name = point.text("name");
    String type = point.text("type");
    boolean isScale = type.equals("sunssf");
    if (!only.isEmpty() && !only.contains(name) && !isScale) {
      return;
    }
    ObjectNode row = JSON.objectNode();
    row.put("key", keyPrefix + "_" + lower(name));
    row.put("address", next);
    row.put("label", point.text("label", name) + title);
    row.put("unit", point.text("unit"));
    if (point.has("symbols")) {
      row.set("texts", point.node().get("symbols"));
    }
    if (item.has("group")) {
      row.put("group", item.text("group"));
    }
    if (isScale) {
      row.put("internal", true);
    }
    if (point.text("access").equals("rw")) {
      offered.add(row.get("key").asText());
    }
    setType(row, type, words(point));
    if (point.has("sf")) {
      setScale(row, point.text("sf"), next + words(point));
    }
    rows.put(row.get("key").asText(), new Section(item.tree(), item.pointer(), row, item.faults()));
  }

  private static void setType(ObjectNode row, String type, int words) {
    String kind = type.replaceAll("[0-9]+$", "");
    String bits = String.valueOf(16 * words);
    switch (kind) {
      case "int" -> row.put("type", "s" + bits);
      case "uint", "enum", "acc" -> row.put("type", "u" + bits);
      case "float" -> row.put("type", "f" + bits);
      case "bitfield" -> row.put("type", "bits").put("words", words);
      case "sunssf" -> row.put("type", "s16");
      case "count" -> row.put("type", "u16");
      default -> row.put("type", "string").put("words", words);
    }
    if (kind.equals("acc")) {
      row.set("absent", counterAbsent(words));
    } else if (!kind.equals("string")) {
      row.put("absent", "sunspec");
    }
  }

  /// A SunSpec counter that is not there reads 0; devices also set all bits.
  private static ArrayNode counterAbsent(int words) {
    return JSON.arrayNode().add(0L).add(words == 4 ? -1L : (1L << (16 * words)) - 1);
  }

  private void setScale(ObjectNode row, String scale, int end) {
    Section fixed = item.section("scale-factors");
    used.add(scale);
    if (fixed.has(scale)) {
      row.put("scale", BigDecimal.ONE.scaleByPowerOfTen(fixed.whole(scale, 0)));
      return;
    }
    int at = scaleAddresses.getOrDefault(scale, begin);
    int span = Math.max(end, at + 1) - Math.min(row.get("address").asInt(), at);
    if (span > largestBlock) {
      item.fault(
          "counts",
          row.get("key").asText()
              + " and its scale factor "
              + scale
              + " are "
              + span
              + " words apart, more than the "
              + largestBlock
              + " of one read; where the device never changes it, state scale-factors: { "
              + scale
              + ": -2 }");
    }
    row.put("scale-register", prefix + "_" + lower(scale));
  }

  private boolean isUnusedScale(String key) {
    boolean isScale = scaleAddresses.keySet().stream().anyMatch(name -> key.equals(scaleKey(name)));
    return isScale
        && rows.values().stream().noneMatch(row -> row.text("scale-register").equals(key));
  }

  private String scaleKey(String name) {
    return prefix + "_" + lower(name);
  }

  private void checkNames(String where, Set<String> names) {
    for (String name : names) {
      if (!used.contains(name)) {
        item.fault(
            where,
            "model "
                + model.whole("model", 0)
                + " has no point `"
                + name
                + "`"
                + Nearest.question(name, List.copyOf(used)));
      }
    }
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  private static int words(Section point) {
    String type = point.text("type");
    if (type.equals("string")) {
      return point.whole("size", 1);
    }
    return type.endsWith("64") ? 4 : type.endsWith("32") ? 2 : 1;
  }
}
