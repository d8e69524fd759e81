package dev.voltbus.deploy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Collects the faults of all files of a site, so that one run tells them all.
final class Faults {
  private final List<Fault> found = new ArrayList<>();
  private final List<String> files = new ArrayList<>();

  void add(Fault fault) {
    if (!files.contains(fault.file())) {
      files.add(fault.file());
    }
    if (!found.contains(fault)) {
      found.add(fault);
    }
  }

  /// Adds a fault that concerns a whole file.
  void add(String file, String message) {
    add(new Fault(file, 0, "", "", message));
  }

  int count() {
    return found.size();
  }

  void throwIfAny() throws ConfigException {
    if (!found.isEmpty()) {
      List<Fault> sorted = new ArrayList<>(found);
      sorted.sort(
          Comparator.comparingInt((Fault fault) -> files.indexOf(fault.file()))
              .thenComparingInt(Fault::line));
      throw new ConfigException(sorted);
    }
  }
}
