package dev.voltbus.deploy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The variables a configuration file may refer to: `${NAME}`, or `${NAME:-default}` where it may
/// be unset. `$${` stands for the two characters `${` themselves.
final class Variables {
  private static final Pattern REFERENCE =
      Pattern.compile("\\$?\\$\\{(?:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?})?");

  private final Map<String, String> given;
  private final Function<String, @Nullable String> environment;

  /// @param given variables that win over the environment
  Variables(Map<String, String> given, Function<String, @Nullable String> environment) {
    this.given = Map.copyOf(given);
    this.environment = environment;
  }

  Optional<String> value(String name) {
    String mine = given.get(name);
    return Optional.ofNullable(mine != null ? mine : environment.apply(name));
  }

  /// Names of the variables that a text refers to.
  static List<String> names(String text) {
    return REFERENCE
        .matcher(text)
        .results()
        .flatMap(reference -> Stream.ofNullable(reference.group(1)))
        .distinct()
        .toList();
  }

  /// What a text says by itself: without its references, but with their defaults.
  static String literal(String text) {
    return REFERENCE
        .matcher(text)
        .replaceAll(reference ->
            Matcher.quoteReplacement(Optional.ofNullable(reference.group(2)).orElse("")));
  }

  /// The text with all references replaced. References are not looked for in what replaced them.
  ///
  /// @throws IllegalArgumentException naming the variable that is unset, or the faulty reference
  String fill(String text) {
    if (!text.contains("${")) {
      return text;
    }
    Matcher matcher = REFERENCE.matcher(text);
    StringBuilder out = new StringBuilder(text.length());
    while (matcher.find()) {
      matcher.appendReplacement(out, Matcher.quoteReplacement(replacement(matcher)));
    }
    return matcher.appendTail(out).toString();
  }

  private String replacement(Matcher matcher) {
    if (matcher.group().startsWith("$$")) {
      return matcher.group().substring(1);
    }
    String name = matcher.group(1);
    if (name == null) {
      throw new IllegalArgumentException(
          "`${` does not begin a reference such as ${NAME} or ${NAME:-default};"
              + " write $${ for the characters themselves");
    }
    String fallback = matcher.group(2);
    return value(name)
        .or(() -> Optional.ofNullable(fallback))
        .orElseThrow(() ->
            new IllegalArgumentException(
                "variable "
                    + name
                    + " is not set; set it or write a default: ${"
                    + name
                    + ":-value}"));
  }
}
