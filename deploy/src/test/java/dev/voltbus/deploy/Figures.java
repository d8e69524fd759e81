package dev.voltbus.deploy;

import java.util.List;

/// Figures from a `/metrics` page.
record Figures(List<String> lines) {

  Figures {
    lines = List.copyOf(lines);
  }

  static Figures of(String page) {
    return new Figures(page.lines().toList());
  }

  /// Sum over all labels, 0 where the figure is not there.
  double sum(String name) {
    return lines.stream()
        .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
