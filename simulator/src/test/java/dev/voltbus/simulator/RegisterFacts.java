package dev.voltbus.simulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// One row of a register list in `facts/`.
///
/// @param list name of the list
/// @param unit unit id of the device that has the register
/// @param columns text by column name
record RegisterFacts(String list, int unit, Map<String, String> columns) {
  static final String TINYBMS = "tinybms-registers.csv";
  static final String BYD = "byd-modbus-registers.csv";

  RegisterFacts {
    columns = Map.copyOf(columns);
  }

  /// The rows of the real TinyBMS, protocol revision D.
  static List<RegisterFacts> tinyBms() {
    return read(TINYBMS, BatterySite.TINYBMS_UNIT).stream()
        .filter(row -> row.text("map").equals("revD"))
        .toList();
  }

  static List<RegisterFacts> byd() {
    return read(BYD, BatterySite.BYD_UNIT);
  }

  static List<RegisterFacts> all() {
    List<RegisterFacts> all = new ArrayList<>(tinyBms());
    all.addAll(byd());
    return all;
  }

  static Path file(String name) {
    URL url = Objects.requireNonNull(RegisterFacts.class.getResource("/facts/" + name), name);
    try {
      return Path.of(url.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(url.toString(), e);
    }
  }

  private static List<RegisterFacts> read(String name, int unit) {
    try {
      List<String> lines = Files.readAllLines(file(name));
      List<String> head = fields(lines.getFirst());
      return lines.stream().skip(1).map(line -> row(name, unit, head, fields(line))).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static RegisterFacts row(String list, int unit, List<String> head, List<String> fields) {
    Map<String, String> columns = new HashMap<>();
    for (int i = 0; i < head.size(); i++) {
      columns.put(head.get(i), fields.get(i));
    }
    return new RegisterFacts(list, unit, columns);
  }

  /// The fields of a line; a field with commas stands in quotes.
  private static List<String> fields(String line) {
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        fields.add(field.toString());
        field.setLength(0);
      } else {
        field.append(c);
      }
    }
    fields.add(field.toString());
    return fields;
  }

  /// Text of a column, empty where the list has no such column.
  String text(String column) {
    return columns.getOrDefault(column, "");
  }

  int address() {
    return Integer.parseInt(text("address"));
  }

  int words() {
    return Integer.parseInt(text("words"));
  }

  String type() {
    return text("type");
  }

  boolean isWritable() {
    return text("access").equals("RW");
  }

  @Override
  public String toString() {
    String name = text("label").isEmpty() ? text("key") : text("label");
    return list.replaceFirst("-.*", "") + " " + address() + " " + type() + " " + name;
  }
}
