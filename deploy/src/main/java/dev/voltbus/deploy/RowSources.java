package dev.voltbus.deploy;

import java.util.ArrayList;
import java.util.List;

/// Checks where the rows of a device file say they come from. If the file lists its documents by
/// letter, a row's `source` begins with one of the letters: `H 37760`.
final class RowSources {
  private RowSources() {}

  static void check(Section root) {
    List<String> letters = new ArrayList<>();
    root.section("source").node().fieldNames().forEachRemaining(letters::add);
    if (letters.isEmpty()) {
      return;
    }
    for (Section row : root.list("registers")) {
      if (row.has("source")) {
        check(row, letters);
      }
    }
  }

  private static void check(Section row, List<String> letters) {
    String first = row.text("source").split(" ", 2)[0];
    if (!letters.contains(first)) {
      row.fault(
          "source",
          "`"
              + first
              + "` is not one of the documents "
              + String.join(", ", letters)
              + " under `source`"
              + Nearest.question(first, letters));
    }
  }
}
