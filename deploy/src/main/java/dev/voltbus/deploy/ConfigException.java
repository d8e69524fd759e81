package dev.voltbus.deploy;

import java.util.List;
import java.util.stream.Collectors;

/// The configuration cannot be used. Its message is one line for each fault.
final class ConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Fault> faults;

  ConfigException(List<Fault> faults) {
    super(faults.stream().map(Fault::toString).collect(Collectors.joining("\n")));
    this.faults = List.copyOf(faults);
  }

  /// At least one fault, in the order of file and line.
  List<Fault> faults() {
    return faults;
  }
}
