package dev.voltbus.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads a file of variables, `NAME=value` on each line, as `.env` files have them: comments after
/// `#` on a line of their own, an `export` before the name, quotes around the value. Nothing in a
/// value is replaced.
final class EnvFile {
  private static final int LARGEST = 1024 * 1024;
  private static final Pattern LINE =
      Pattern.compile("\\s*(?:export\\s+)?([A-Za-z_][A-Za-z0-9_]*)\\s*=\\s*(.*?)\\s*");
  private static final Pattern QUOTED = Pattern.compile("\"(.*)\"|'(.*)'");

  private EnvFile() {}

  /// @throws CommandException if the file cannot be read, or naming the first line that is no
  ///   variable, without its content
  static Map<String, String> read(Path file) {
    List<String> lines;
    try {
      if (Files.size(file) > LARGEST) {
        throw new CommandException("--env-file: " + file + " is larger than " + LARGEST + " bytes");
      }
      lines = Files.readAllLines(file);
    } catch (IOException e) {
      throw new CommandException("--env-file: " + file + " cannot be read: " + e);
    }
    Map<String, String> variables = new HashMap<>();
    for (int i = 0; i < lines.size(); i++) {
      add(variables, lines.get(i), file + ":" + (i + 1));
    }
    return variables;
  }

  private static void add(Map<String, String> variables, String line, String place) {
    if (line.isBlank() || line.stripLeading().startsWith("#")) {
      return;
    }
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      throw new CommandException("--env-file: " + place + " is not of the form NAME=value");
    }
    variables.put(matcher.group(1), unquoted(matcher.group(2)));
  }

  private static String unquoted(String value) {
    Matcher quoted = QUOTED.matcher(value);
    if (!quoted.matches()) {
      return value;
    }
    return quoted.group(1) == null ? quoted.group(2) : quoted.group(1);
  }
}
