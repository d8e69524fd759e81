package dev.voltbus.deploy;

import dev.voltbus.contract.RegisterTable;
import dev.voltbus.contract.SunSpecChain;
import dev.voltbus.contract.SunSpecWalk;
import io.vertx.core.Future;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a SunSpec device says about itself.
///
/// @param chain its models
/// @param common manufacturer, model, version and serial number, or null if model 1 is not the
///   first or cannot be read
record SunSpecScan(SunSpecChain chain, @Nullable Common common) {
  private static final int COMMON_WORDS = 66;

  /// Texts of model 1.
  record Common(String manufacturer, String model, String version, String serial) {}

  /// Reads words, or nothing where they cannot be read.
  interface Reader {
    Optional<int[]> read(RegisterPlace place, int count);
  }

  /// Looks at each base address a device may have. No answer is taken for a refusal here: some
  /// devices are silent where they have nothing.
  static Optional<SunSpecScan> of(Reader reader) {
    return SunSpecWalk.walk(SunSpecWalk.BASES, (address, count) -> words(reader, address, count))
        .await()
        .map(chain -> new SunSpecScan(chain, common(reader, chain)));
  }

  private static Future<short[]> words(Reader reader, int address, int count) {
    int[] found = reader.read(holding(address), count).orElse(new int[0]);
    short[] words = new short[found.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = (short) found[i];
    }
    return Future.succeededFuture(words);
  }

  private static RegisterPlace holding(int address) {
    return new RegisterPlace(RegisterTable.HOLDING, address, "");
  }

  /// What the number of a model stands for, in a word or two.
  static String name(int id) {
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

  private static @Nullable Common common(Reader reader, SunSpecChain chain) {
    boolean isFirst = !chain.models().isEmpty() && chain.models().getFirst().id() == 1;
    if (!isFirst || chain.models().getFirst().length() < COMMON_WORDS - 2) {
      return null;
    }
    return reader
        .read(holding(chain.models().getFirst().address()), COMMON_WORDS)
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
