package dev.voltbus.deploy;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a sample is known by, wherever it is seen: in the outbox, on the wire, at a subscriber.
record Message(String topic, String payload) {
  private static final Pattern TIME = Pattern.compile("\"timestamp_ms\":([0-9]+)");
  private static final Pattern RAW = Pattern.compile("\"raw\":([0-9]+)");

  /// Its own time, Unix ms.
  long timeMillis() {
    return number(TIME);
  }

  /// Whether it was read before another one of its topic. A late poll and the next one can fall
  /// into one millisecond, but the register counts its polls.
  boolean isBefore(Message other) {
    return timeMillis() <= other.timeMillis() && number(RAW) < other.number(RAW);
  }

  private long number(Pattern field) {
    Matcher found = field.matcher(payload);
    if (!found.find()) {
      throw new IllegalArgumentException(topic + " has no " + field + ": " + payload);
    }
    return Long.parseLong(found.group(1));
  }
}
