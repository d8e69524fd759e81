package dev.voltbus.deploy;

import dev.voltbus.contract.RegisterTable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which registers of which unit a commissioning command is about.
final class PlaceOptions {
  @Option(
      names = "--unit",
      paramLabel = "N",
      description = "Unit id, 0..255 (default: what a device or site file says, else 1).")
  private @Nullable Integer unit;

  @Option(
      names = "--table",
      paramLabel = "TABLE",
      description = "holding, input, coil or discrete (default: holding).")
  private @Nullable String table;

  @Option(
      names = "--address",
      paramLabel = "PLACE",
      description = "304, 0x130 (on the wire, from 0), holding:304, h304, 40305 (number from 1).")
  private @Nullable String address;

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "How many words or bits (default: what the type takes, else 1).")
  private @Nullable Integer count;

  /// The unit asked for, or the usual one.
  int unit(int usual) {
    @Nullable Integer asked = unit;
    if (asked != null && (asked < 0 || asked > 255)) {
      throw new UsageException("--unit " + asked + " is not in 0..255");
    }
    return asked == null ? usual : asked;
  }

  /// Whether the command line names a place.
  boolean hasPlace() {
    return address != null;
  }

  /// The place asked for.
  ///
  /// @throws UsageException if none was, or it is none
  RegisterPlace place() {
    @Nullable String text = address;
    if (text == null) {
      throw new UsageException("--address is missing, such as --address 304");
    }
    return RegisterPlace.parse(text, table(table));
  }

  private static @Nullable RegisterTable table(@Nullable String word) {
    if (word == null) {
      return null;
    }
    return RegisterPlace.table(word)
        .orElseThrow(() ->
            new UsageException(
                "--table `"
                    + word
                    + "` is not one of "
                    + String.join(
                        ", ",
                        Arrays.stream(RegisterTable.values())
                            .filter(RegisterTable::isModbus)
                            .map(RegisterTable::word)
                            .toList())));
  }

  /// How many were asked for, or what is usual.
  ///
  /// @throws UsageException for more than one request can ask of the table
  int count(RegisterPlace place, int usual) {
    @Nullable Integer asked = count;
    int most = place.table().largestRead();
    if (asked != null && (asked < 1 || asked > most)) {
      throw new UsageException(
          "--count %d is not in 1..%d, the most that one request can ask of table %s"
              .formatted(asked, most, place.table().word()));
    }
    int taken = asked == null ? usual : asked;
    if (place.address() + taken > 0x10000) {
      throw new UsageException(
          "--count %d from address %d reaches beyond the last address, 65535"
              .formatted(taken, place.address()));
    }
    return taken;
  }
}
