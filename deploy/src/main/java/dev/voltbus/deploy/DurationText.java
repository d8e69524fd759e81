package dev.voltbus.deploy;

import java.time.Duration;

/// Durations as configuration files write them: `250ms`, `5s`, `2m`, `1h`.
final class DurationText {
  private DurationText() {}

  /// Reads text whose form the schema has checked.
  static Duration parse(String text) {
    int letters = text.length();
    while (!Character.isDigit(text.charAt(letters - 1))) {
      letters--;
    }
    long number = Long.parseLong(text.substring(0, letters));
    return switch (text.substring(letters)) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      default -> throw new IllegalArgumentException(text + " is not a duration such as 5s");
    };
  }

  /// The shortest text for a duration of whole milliseconds.
  static String of(Duration duration) {
    long millis = duration.toMillis();
    if (millis == 0 || millis % 1000 != 0) {
      return millis + "ms";
    }
    if (millis % 3_600_000 == 0) {
      return millis / 3_600_000 + "h";
    }
    return millis % 60_000 == 0 ? millis / 60_000 + "m" : millis / 1000 + "s";
  }
}
