package dev.voltbus.simulator.broker;

/// Topic names and topic filters after MQTT 3.1.1, section 4.7.
final class Topics {

  static final String ONE_LEVEL = "+";
  static final String ALL_BELOW = "#";

  /// 65535 bytes of UTF-8 is the limit on the wire; the decoder keeps it, this one is for our own
  /// API.
  private static final int MAX_LENGTH = 65_535;

  private Topics() {}

  static String[] levels(String topicOrFilter) {
    return topicOrFilter.split("/", -1);
  }

  static boolean isValidTopic(String topic) {
    return isText(topic) && topic.indexOf('+') < 0 && topic.indexOf('#') < 0;
  }

  static boolean isValidFilter(String filter) {
    return isText(filter) && hasWholeWildcards(levels(filter));
  }

  /// `$SYS` and its like are hidden from filters that start with a wildcard (4.7.2).
  static boolean isHidden(String topic) {
    return topic.startsWith("$");
  }

  /// mosquitto takes publications by clients under `$SYS` and throws them away.
  static boolean isReserved(String topic) {
    return topic.startsWith("$SYS");
  }

  /// Shared subscriptions belong to MQTT 5; this broker refuses them.
  static boolean isShared(String filter) {
    return filter.startsWith("$share/");
  }

  static boolean matches(String filter, String topic) {
    String[] wanted = levels(filter);
    String[] actual = levels(topic);
    if (isHidden(topic) && isWildcard(wanted[0])) {
      return false;
    }
    for (int i = 0; i < wanted.length; i++) {
      if (wanted[i].equals(ALL_BELOW)) {
        return true;
      }
      if (i == actual.length || !(wanted[i].equals(ONE_LEVEL) || wanted[i].equals(actual[i]))) {
        return false;
      }
    }
    return wanted.length == actual.length;
  }

  private static boolean isText(String text) {
    return !text.isEmpty() && text.length() <= MAX_LENGTH && text.indexOf('\0') < 0;
  }

  private static boolean hasWholeWildcards(String[] levels) {
    for (int i = 0; i < levels.length; i++) {
      String level = levels[i];
      boolean last = i == levels.length - 1;
      boolean misplaced = level.equals(ALL_BELOW) ? !last : level.indexOf('#') >= 0;
      if (misplaced || (level.indexOf('+') >= 0 && !level.equals(ONE_LEVEL))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isWildcard(String level) {
    return level.equals(ONE_LEVEL) || level.equals(ALL_BELOW);
  }
}
