package dev.voltbus.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.regex.Pattern;

/// The values of a configuration file together with the lines they stand on.
///
/// @param file the file as the caller named it
/// @param root the values
/// @param lines line of each value by JSON pointer; of a key's value, the line of the key
/// @param written by JSON pointer, the values that refer to variables, as they stand in the file
record ConfigTree(
    String file, JsonNode root, Map<String, Integer> lines, Map<String, String> written) {
  private static final int LONGEST_VALUE = 60;

  /// User and password in a uri.
  private static final Pattern LOGIN = Pattern.compile("//.*@");

  ConfigTree {
    lines = Map.copyOf(lines);
    written = Map.copyOf(written);
  }

  /// A file without references to variables.
  ConfigTree(String file, JsonNode root, Map<String, Integer> lines) {
    this(file, root, lines, Map.of());
  }

  /// Pointer of a key inside the value at a pointer.
  static String child(String pointer, String key) {
    return pointer + "/" + key.replace("~", "~0").replace("/", "~1");
  }

  static String child(String pointer, int index) {
    return pointer + "/" + index;
  }

  /// A fault at a pointer; where the value is missing, at the nearest one around it.
  Fault fault(String pointer, String message) {
    return new Fault(file, line(pointer), path(pointer), valueAt(pointer), message);
  }

  /// A fault at a pointer whose value must not be shown.
  Fault secretFault(String pointer, String message) {
    return new Fault(file, line(pointer), path(pointer), "", message);
  }

  /// Line of the value at a pointer, or of the nearest one around it.
  int line(String pointer) {
    String at = pointer;
    Integer line = lines.get(at);
    while (line == null && !at.isEmpty()) {
      at = at.substring(0, at.lastIndexOf('/'));
      line = lines.get(at);
    }
    return line == null ? 1 : line;
  }

  /// The path as people write it: `registers[3].scale`.
  private String path(String pointer) {
    StringBuilder out = new StringBuilder();
    JsonNode at = root;
    for (String step : pointer.split("/", -1)) {
      String key = step.replace("~1", "/").replace("~0", "~");
      if (at.isArray() && !key.isEmpty()) {
        out.append('[').append(key).append(']');
        at = at.path(Integer.parseInt(key));
      } else if (!key.isEmpty()) {
        out.append(out.isEmpty() ? "" : ".").append(key);
        at = at.path(key);
      }
    }
    return out.toString();
  }

  private String valueAt(String pointer) {
    JsonNode value = root.at(pointer);
    return value.isValueNode()
        ? shortened(LOGIN.matcher(value.asText()).replaceFirst("//...@"))
        : "";
  }

  /// Text that fits on a line of a message.
  static String shortened(String text) {
    String line = text.replaceAll("\\p{Cntrl}", " ");
    return line.length() <= LONGEST_VALUE ? line : line.substring(0, LONGEST_VALUE) + "...";
  }
}
