package dev.voltbus.deploy;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a sample is known by, wherever it is seen: in the outbox, on the wire, at a subscriber.
record Message(String topic, String payload) {
  private static final Pattern TIME = Pattern.compile("\"timestamp_ms\":([0-9]+)");

  /// Its own time, Unix ms.
  long timeMillis() {
    Matcher time = TIME.matcher(payload);
    if (!time.find()) {
      throw new IllegalArgumentException(topic + " has no timestamp_ms: " + payload);
    }
    return Long.parseLong(time.group(1));
  }
}
