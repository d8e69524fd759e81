package dev.voltbus.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The suffix and root-topic rules of contract tinybms section 2.
public final class TopicText {
  private TopicText() {}

  /// The topic suffix for a key or label: ASCII letters and digits stay (in lower case), runs of
  /// space, minus, underscore and dot become one underscore, everything else vanishes. A trailing
  /// underscore is removed, a leading one stays. Nothing left gives the address in decimal.
  public static String suffix(String candidate, int address) {
    String clean = sanitise(candidate);
    return clean.isEmpty() ? Integer.toString(address) : clean;
  }

  /// The root topic: the suffix rule for each level, empty levels dropped.
  public static String root(String topic) {
    List<String> levels = new ArrayList<>();
    for (String level : topic.strip().split("/", -1)) {
      String clean = sanitise(level);
      if (!clean.isEmpty()) {
        levels.add(clean);
      }
    }
    return String.join("/", levels);
  }

  private static String sanitise(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      append(out, text.charAt(i));
    }
    if (!out.isEmpty() && out.charAt(out.length() - 1) == '_') {
      out.setLength(out.length() - 1);
    }
    return out.toString().toLowerCase(Locale.ROOT);
  }

  private static void append(StringBuilder out, char c) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
      out.append(c);
    } else if (c == ' ' || c == '-' || c == '_' || c == '.') {
      if (out.isEmpty() || out.charAt(out.length() - 1) != '_') {
        out.append('_');
      }
    }
  }
}
