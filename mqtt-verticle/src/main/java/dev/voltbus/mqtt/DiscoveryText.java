package dev.voltbus.mqtt;

import dev.voltbus.contract.Publication;
import dev.voltbus.contract.TopicContract;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/// Fills the places of discovery topics and payloads with what belongs to a publication.
final class DiscoveryText {
  private static final Pattern NO_ID = Pattern.compile("[^a-zA-Z0-9_-]");

  private final Map<String, String> words = new LinkedHashMap<>();

  DiscoveryText(Publication publication) {
    TopicContract contract = publication.contract();
    String prefix = publication.prefix();
    String client = publication.broker().clientId();
    words.put("{discovery}", publication.discovery().prefix());
    words.put("{prefix}", prefix);
    words.put("{prefix-lower}", id(prefix).toLowerCase(Locale.ROOT));
    words.put("{prefix-id}", id(prefix));
    words.put("{-prefix-id}", prefix.equals(contract.defaultPrefix()) ? "" : "-" + id(prefix));
    words.put("{client}", client);
    words.put("{client-id}", id(client));
    words.put("{client-slug}", id(client).toLowerCase(Locale.ROOT).replace('-', '_'));
    words.put("{site}", publication.site());
  }

  /// Only the characters that Home Assistant takes in the levels of a discovery topic.
  static String id(String text) {
    return NO_ID.matcher(text).replaceAll("_");
  }

  String topic(String pattern) {
    String filled = pattern;
    for (Map.Entry<String, String> word : words.entrySet()) {
      filled = filled.replace(word.getKey(), word.getValue());
    }
    return filled;
  }

  /// @param pattern JSON text; what is filled in stands inside its strings
  String payload(String pattern) {
    String filled = pattern;
    for (Map.Entry<String, String> word : words.entrySet()) {
      filled = filled.replace(word.getKey(), JsonText.escaped(word.getValue()));
    }
    return filled;
  }

  /// @param item number of an array's item, from 1
  static String numbered(String pattern, int item) {
    return pattern
        .replace("{n}", Integer.toString(item))
        .replace("{n-1}", Integer.toString(item - 1));
  }
}
