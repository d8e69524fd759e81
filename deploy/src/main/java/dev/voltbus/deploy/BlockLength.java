package dev.voltbus.deploy;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.WireSource;
import java.util.List;
import java.util.Optional;

/// Finds registers that no single read can bring: a value is never read in two parts.
final class BlockLength {
  private BlockLength() {}

  /// Judges the rows of a device file by its own limit.
  static void check(Section root, List<RegisterSpec> rows, int largest) {
    tooLong(rows, largest).ifPresent(text -> root.section("limits").fault("largest-block", text));
  }

  /// Judges a device by what its site file says, where that is stricter than the device file.
  static void check(Section options, Device device) {
    if (options.has("largest-block")) {
      tooLong(device.map().registers(), device.largestBlock())
          .ifPresent(text -> options.fault("largest-block", text));
    }
  }

  private static Optional<String> tooLong(List<RegisterSpec> rows, int largest) {
    for (RegisterSpec row : rows) {
      if (row.source() instanceof WireSource wire
          && !wire.table().isBits()
          && wire.words() > largest) {
        return Optional.of(
            "register %s (%s) has %d words, more than the %d of the largest block; a value is never read in parts"
                .formatted(row.key(), wire.place(), wire.words(), largest));
      }
    }
    return Optional.empty();
  }
}
