package dev.voltbus.deploy;

import dev.voltbus.contract.Access;
import dev.voltbus.contract.Derivation;
import dev.voltbus.contract.Presentation;
import dev.voltbus.contract.RawRange;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.Scaling;
import dev.voltbus.contract.TopicText;
import dev.voltbus.contract.ValueClass;
import dev.voltbus.contract.WireSource;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Reads one row under `derived` of a device file.
final class DerivedRow {
  private DerivedRow() {}

  /// @param above the rows without fault that stand above it
  /// @param declared keys of all rows above it
  static Optional<RegisterSpec> read(Section row, List<RegisterSpec> above, Set<String> declared) {
    int before = row.faults().count();
    checkSources(row, above, declared);
    checkLookup(row);
    Map<Long, String> texts = RegisterRow.texts(row);
    Optional<Derivation> derivation = row.make(() -> derivation(row));
    if (row.faults().count() > before || derivation.isEmpty()) {
      return Optional.empty();
    }
    boolean lookup = row.text("op").equals("lookup");
    Presentation presentation =
        RegisterRow.presentation(row, texts, 0, lookup ? ValueClass.ENUM : ValueClass.FLOAT);
    Derivation source = derivation.get();
    String key = row.text("key");
    return row.make(() ->
        new RegisterSpec(
            key,
            row.text("topic-suffix", TopicText.suffix(key, row.whole("address", 0))),
            source,
            Scaling.ONE,
            presentation,
            Access.READ_ONLY,
            RawRange.UNSTATED,
            List.of(),
            group(source, above),
            row.flag("internal", false)));
  }

  private static void checkSources(Section row, List<RegisterSpec> above, Set<String> declared) {
    List<String> keys = above.stream().map(RegisterSpec::key).toList();
    List<String> sources = row.texts("of");
    for (int i = 0; i < sources.size(); i++) {
      int at = keys.indexOf(sources.get(i));
      if (!declared.contains(sources.get(i))) {
        row.fault(
            "of",
            i,
            "no value with key `"
                + sources.get(i)
                + "` stands above it"
                + Nearest.question(sources.get(i), keys));
      } else if (at >= 0
          && above.get(at).source() instanceof WireSource wire
          && wire.type().isText()) {
        row.fault("of", i, "`" + sources.get(i) + "` is text and has no number");
      }
    }
  }

  private static void checkLookup(Section row) {
    boolean lookup = row.text("op").equals("lookup");
    if (lookup && !row.has("codes")) {
      row.fault(
          "codes", "required, but missing here: op lookup needs the number for each raw value");
    }
    for (String key : List.of("codes", "otherwise", "otherwise-text")) {
      if (!lookup && row.has(key)) {
        row.fault(key, "belongs to op lookup, not to op " + row.text("op"));
      }
    }
    if (row.decimal("factor", BigDecimal.ONE).signum() == 0) {
      row.fault("factor", "0 is not allowed: every value would be 0");
    }
  }

  private static Derivation derivation(Section row) {
    return new Derivation(
        RegisterRow.constant(Derivation.Op.class, row.text("op")),
        row.texts("of"),
        row.decimal("factor", BigDecimal.ONE),
        codes(row),
        row.has("otherwise") ? row.node().get("otherwise").longValue() : 0,
        row.text("otherwise-text", ""),
        row.wholeOrNull("address"));
  }

  private static Map<Long, Long> codes(Section row) {
    Map<Long, Long> codes = new TreeMap<>();
    Section section = row.section("codes");
    section
        .node()
        .properties()
        .forEach(code -> {
          Long raw = Long.decode(RegisterRow.plain(code.getKey()));
          if (codes.put(raw, code.getValue().longValue()) != null) {
            section.fault(code.getKey(), "raw value " + raw + " is given twice");
          }
        });
    return codes;
  }

  /// A derived value belongs to the group of its first source.
  private static String group(Derivation source, List<RegisterSpec> above) {
    return above.stream()
        .filter(row -> row.key().equals(source.of().getFirst()))
        .findFirst()
        .map(RegisterSpec::group)
        .orElse(RegisterSpec.DEFAULT_GROUP);
  }
}
