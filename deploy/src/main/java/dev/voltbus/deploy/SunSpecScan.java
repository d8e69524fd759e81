package dev.voltbus.deploy;

import dev.voltbus.contract.RegisterTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What a SunSpec device says about itself: the marker `SunS`, then the models one behind the
/// other, each with id and length, until id 65535 (SunSpec Device Information Model Specification,
/// 6).
///
/// @param base address of the marker
/// @param models the models in the order of their addresses
/// @param common manufacturer, model, version and serial number, or null if model 1 is not the
///   first
/// @param fault why the walk ended before the end mark; empty if it did not
record SunSpecScan(int base, List<Model> models, @Nullable Common common, String fault) {
  private static final List<Integer> BASES = List.of(40_000, 50_000, 0);
  private static final int END = 0xFFFF;
  private static final int MOST_MODELS = 100;
  private static final int COMMON_WORDS = 66;

  SunSpecScan {
    models = List.copyOf(models);
  }

  /// A model.
  ///
  /// @param address address of its id, on the wire
  /// @param length words behind id and length
  record Model(int id, int address, int length) {
    @Override
    public String toString() {
      return "%d (%s) at %d, %d words".formatted(id, name(id), address, length);
    }

    /// What the number stands for, in a word or two.
    private static String name(int id) {
      return switch (id) {
        case 1 -> "common";
        case 101, 102, 103 -> "inverter, integers";
        case 111, 112, 113 -> "inverter, floats";
        case 120 -> "nameplate";
        case 121 -> "basic settings";
        case 122 -> "status";
        case 123 -> "immediate controls";
        case 124 -> "storage controls";
        case 160 -> "strings";
        case 201, 202, 203, 204 -> "meter, integers";
        case 211, 212, 213, 214 -> "meter, floats";
        default -> range(id);
      };
    }

    private static String range(int id) {
      if (id >= 701 && id <= 799) {
        return "DER";
      }
      if (id >= 801 && id <= 899) {
        return "battery";
      }
      return id >= 64_000 ? "vendor's own" : "see sunspec.org";
    }
  }

  /// Texts of model 1.
  record Common(String manufacturer, String model, String version, String serial) {}

  /// Reads words, or nothing where they cannot be read.
  interface Reader extends Function<RegisterPlace, Function<Integer, Optional<int[]>>> {
    default Optional<int[]> read(int address, int count) {
      boolean outside = address < 0 || address + count > 0x10000;
      return outside
          ? Optional.empty()
          : apply(new RegisterPlace(RegisterTable.HOLDING, address, "")).apply(count);
    }
  }

  /// Looks at each base address a device may have.
  static Optional<SunSpecScan> of(Reader reader) {
    for (int base : BASES) {
      Optional<int[]> marker = reader.read(base, 2);
      if (marker.isPresent() && marker.get()[0] == 0x5375 && marker.get()[1] == 0x6E53) {
        return Optional.of(walk(reader, base));
      }
    }
    return Optional.empty();
  }

  private static SunSpecScan walk(Reader reader, int base) {
    List<Model> models = new ArrayList<>();
    int address = base + 2;
    while (models.size() < MOST_MODELS) {
      Optional<int[]> header = reader.read(address, 2);
      if (header.isEmpty()) {
        return scan(reader, base, models, "no model header can be read at " + address);
      }
      if (header.get()[0] == END) {
        return scan(reader, base, models, "");
      }
      models.add(new Model(header.get()[0], address, header.get()[1]));
      address += 2 + header.get()[1];
    }
    return scan(reader, base, models, "no end mark behind " + MOST_MODELS + " models");
  }

  private static SunSpecScan scan(Reader reader, int base, List<Model> models, String fault) {
    boolean isFirst = !models.isEmpty() && models.getFirst().id() == 1;
    return new SunSpecScan(base, models, isFirst ? common(reader, models.getFirst()) : null, fault);
  }

  private static @Nullable Common common(Reader reader, Model model) {
    int count = Math.min(COMMON_WORDS, 2 + model.length());
    return reader
        .read(model.address(), count)
        .filter(words -> words.length >= 2 + 64)
        .map(words ->
            new Common(
                text(words, 2, 16), text(words, 18, 16), text(words, 42, 8), text(words, 50, 16)))
        .orElse(null);
  }

  private static String text(int[] words, int at, int count) {
    StringBuilder text = new StringBuilder();
    for (int i = at; i < at + count; i++) {
      for (int character : new int[] {words[i] >>> 8, words[i] & 0xFF}) {
        if (character >= 0x20 && character < 0x7F) {
          text.append((char) character);
        }
      }
    }
    return text.toString().strip();
  }
}
