package dev.voltbus.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What a page for Home Assistant names: entities, topics, and what the reader has already.
///
/// @param text the page
record HowToPage(String text) {
  private static final Pattern BLOCK = Pattern.compile("(?ms)^ *```yaml\\n(.*?)^ *```$");

  /// A service such as `button.press` is called, not watched.
  private static final Pattern ACTION = Pattern.compile("\\baction: *[a-z_]+\\.[a-z_]+");

  private static final Pattern ENTITY =
      Pattern.compile(
          "\\b(?:sensor|binary_sensor|button|event|switch|number|select|device_tracker|person"
              + "|light|climate|input_[a-z]+)\\.[a-z0-9_]+");

  /// In YAML any, in the text those of the page's battery; a folder looks much alike.
  private static final Pattern TOPIC =
      Pattern.compile("(?:topic: *\"?|`(?=BE/))([\\w{}-]+(?:/[\\w{}-]+)+)");

  private static final Pattern OWN = Pattern.compile("(`[a-z0-9_.`, and]+) (?:is|are) your own");

  static HowToPage of(Path file) throws IOException {
    return new HowToPage(Files.readString(file));
  }

  /// The entities of the YAML blocks.
  Set<String> entitiesInYaml() {
    return found(ENTITY, ACTION.matcher(yaml()).replaceAll(""), 0);
  }

  /// The entities of the whole page.
  Set<String> entities() {
    return found(ENTITY, ACTION.matcher(text).replaceAll(""), 0);
  }

  /// The entities that the page says are the reader's own.
  Set<String> own() {
    return found(ENTITY, String.join(" ", found(OWN, text, 1)), 0);
  }

  /// The topics of the YAML blocks and of the text.
  Set<String> topics() {
    return found(TOPIC, text, 1);
  }

  private String yaml() {
    return BLOCK.matcher(text).results().map(block -> block.group(1)).collect(Collectors.joining());
  }

  private static Set<String> found(Pattern pattern, String in, int group) {
    Set<String> all = new TreeSet<>();
    Matcher matcher = pattern.matcher(in);
    while (matcher.find()) {
      all.add(matcher.group(group));
    }
    return all;
  }
}
