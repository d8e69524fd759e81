package dev.voltbus.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.voltbus.contract.Access;
import dev.voltbus.contract.BitSlice;
import dev.voltbus.contract.ByteOrder;
import dev.voltbus.contract.Guard;
import dev.voltbus.contract.Presentation;
import dev.voltbus.contract.RawRange;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.RegisterTable;
import dev.voltbus.contract.Scaling;
import dev.voltbus.contract.SunSpecAbsent;
import dev.voltbus.contract.TopicText;
import dev.voltbus.contract.ValueClass;
import dev.voltbus.contract.WireOrder;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.WireType;
import dev.voltbus.contract.WordOrder;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads one row under `registers` of a device file.
final class RegisterRow {
  private final List<String> groups;

  /// @param groups names of the file's poll groups, at least one; the first is the default
  RegisterRow(List<String> groups) {
    this.groups = List.copyOf(groups);
  }

  Optional<RegisterSpec> read(Section row) {
    int before = row.faults().count();
    Optional<WireSource> wire = wire(row);
    wire.ifPresent(source -> check(row, source));
    Optional<Scaling> scaling = row.make(() -> scaling(row));
    Optional<RawRange> range = range(row);
    Map<Long, String> texts = texts(row);
    Optional<Guard> guard = guard(row);
    String group = group(row);
    if (row.faults().count() > before) {
      return Optional.empty();
    }
    WireSource source = wire.orElseThrow().withSlice(slice(row));
    Presentation presentation =
        presentation(row, texts, scaling.orElseThrow().decimals(), usual(source, texts));
    String key = key(row);
    return row.make(() ->
        new RegisterSpec(
            key,
            row.text("topic-suffix", TopicText.suffix(key, source.address())),
            source,
            scaling.orElseThrow(),
            presentation,
            row.text("access").equals("rw") ? Access.READ_WRITE : Access.READ_ONLY,
            range.orElseThrow(),
            absent(row, source),
            group,
            row.flag("internal", false),
            guard.orElseThrow()));
  }

  /// The key, else what the suffix rule makes of label or address.
  static String key(Section row) {
    return row.has("key")
        ? row.text("key")
        : TopicText.suffix(row.text("label"), row.whole("address", 0));
  }

  private static Optional<WireSource> wire(Section row) {
    WireType type = type(row.text("type"));
    if (type.words() == 0 && !row.has("words")) {
      row.fault(
          "words", "required, but missing here: type " + type.word() + " has no fixed length");
      return Optional.empty();
    }
    int words = row.whole("words", type.words());
    Optional<WireOrder> order = order(row, words);
    if (order.isEmpty()) {
      return Optional.empty();
    }
    return row.make(() ->
        new WireSource(
            constant(RegisterTable.class, row.text("table", "holding")),
            row.whole("address", 0),
            words,
            type,
            order.get().words(),
            order.get().bytes(),
            BitSlice.WHOLE));
  }

  /// The order in letters, else that of words and that of bytes.
  private static Optional<WireOrder> order(Section row, int words) {
    if (!row.has("order")) {
      return Optional.of(
          new WireOrder(
              constant(WordOrder.class, row.text("word-order", "high-first")),
              constant(ByteOrder.class, row.text("byte-order", "high-first"))));
    }
    for (String other : List.of("word-order", "byte-order")) {
      if (row.has(other)) {
        row.fault(other, "order `" + row.text("order") + "` says it already");
        return Optional.empty();
      }
    }
    Optional<WireOrder> order =
        WireOrder.ofLetters(row.text("order")).filter(o -> row.text("order").length() == 2 * words);
    if (order.isEmpty()) {
      row.fault(
          "order",
          "`"
              + row.text("order")
              + "` is no order of "
              + words
              + " word(s); valid: "
              + WireOrder.all(words).stream()
                  .map(valid -> valid.letters(words))
                  .collect(Collectors.joining(", ")));
    }
    return order;
  }

  private static WireType type(String word) {
    for (WireType type : WireType.values()) {
      if (type.word().equals(word)) {
        return type;
      }
    }
    throw new IllegalArgumentException("type " + word + " is unknown");
  }

  /// The enum constant a file writes in lower case with minus.
  static <E extends Enum<E>> E constant(Class<E> type, String word) {
    return Enum.valueOf(type, word.replace('-', '_').toUpperCase(Locale.ROOT));
  }

  private static BitSlice slice(Section row) {
    JsonNode slice = row.node().path("slice");
    if (slice.isObject()) {
      Section part = row.section("slice");
      return new BitSlice(part.whole("shift", 0), part.whole("width", 1));
    }
    return switch (slice.asText()) {
      case "low-byte" -> BitSlice.LOW_BYTE;
      case "high-byte" -> BitSlice.HIGH_BYTE;
      default -> BitSlice.WHOLE;
    };
  }

  private static void check(Section row, WireSource wire) {
    WireType type = wire.type();
    if (row.text("access").equals("rw") && !wire.table().isWritable()) {
      row.fault("access", "table " + wire.table().word() + " cannot be written");
    }
    BitSlice slice = slice(row);
    int last = slice.shift() + slice.width() - 1;
    boolean integer = !type.isText() && !type.isFloat() && !type.isBcd();
    if (!slice.isWhole() && (!integer || wire.table().isBits())) {
      row.fault("slice", "type " + type.word() + " has no part; an integer type has");
    } else if (!slice.isWhole() && last >= 16 * wire.words()) {
      row.fault(
          "slice",
          "bits " + slice.shift() + ".." + last + " are not in 0.." + (16 * wire.words() - 1));
    }
    if (type.isText() && row.has("absent")) {
      row.fault("absent", "type " + type.word() + " has no raw number that could mean absent");
    }
    for (String key : List.of("scale-register", "valid", "max-rate", "counter")) {
      if (type.isText() && row.has(key)) {
        row.fault(key, "type " + type.word() + " has no number");
      }
    }
  }

  private static Scaling scaling(Section row) {
    return new Scaling(
        row.decimal("scale", BigDecimal.ONE),
        row.decimal("offset", BigDecimal.ZERO),
        row.text("sign").equals("negated"),
        row.textOrNull("scale-register"));
  }

  static Optional<Guard> guard(Section row) {
    Section valid = row.section("valid");
    return row.make(() ->
        new Guard(
            valid.decimalOrNull("min"),
            valid.decimalOrNull("max"),
            row.has("max-rate") ? perSecond(row.text("max-rate")) : null,
            row.flag("counter", false),
            row.whole("confirm", Guard.USUAL_CONFIRM),
            row.text("hold").equals("last"),
            row.has("moves-within") ? row.duration("moves-within", Duration.ZERO) : null));
  }

  /// The number in `50/s`.
  private static BigDecimal perSecond(String rate) {
    return new BigDecimal(rate.substring(0, rate.indexOf('/')));
  }

  /// The raw values listed, or with `absent: sunspec` the one SunSpec gives the type.
  private static List<Long> absent(Section row, WireSource wire) {
    return row.text("absent").equals("sunspec")
        ? SunSpecAbsent.of(wire.type(), wire.words()).map(List::of).orElse(List.of())
        : row.longs("absent");
  }

  private static Optional<RawRange> range(Section row) {
    @Nullable Long min = row.longOrNull("min");
    @Nullable Long max = row.longOrNull("max");
    @Nullable Long initial = row.longOrNull("default");
    if (initial != null && ((min != null && initial < min) || (max != null && initial > max))) {
      row.fault(
          "default",
          initial + " is not in " + (min == null ? "" : min) + ".." + (max == null ? "" : max));
    }
    return row.make(() -> new RawRange(min, max, initial));
  }

  private String group(Section row) {
    String group = row.text("group", groups.getFirst());
    if (!groups.contains(group)) {
      row.fault(
          "group",
          "`"
              + group
              + "` is not one of the groups "
              + String.join(", ", groups)
              + Nearest.question(group, groups));
    }
    return group;
  }

  /// The text table; a raw value that is given twice, once in hexadecimal, is a fault.
  static Map<Long, String> texts(Section row) {
    Map<Long, String> texts = new TreeMap<>();
    Section section = row.section("texts");
    section
        .node()
        .fieldNames()
        .forEachRemaining(raw -> {
          if (texts.put(Long.decode(plain(raw)), section.text(raw)) != null) {
            section.fault(raw, "raw value " + Long.decode(plain(raw)) + " is given twice");
          }
        });
    return texts;
  }

  /// `Long.decode` would take a leading zero for octal.
  static String plain(String raw) {
    return raw.startsWith("0x") ? raw : Long.toString(Long.parseLong(raw));
  }

  static Presentation presentation(
      Section row, Map<Long, String> texts, int decimals, ValueClass usual) {
    return new Presentation(
        row.text("label"),
        row.text("unit"),
        row.whole("precision", decimals),
        row.text("comment"),
        texts,
        row.text("dbus-path"),
        row.has("value-class") ? constant(ValueClass.class, row.text("value-class")) : usual);
  }

  private static ValueClass usual(WireSource wire, Map<Long, String> texts) {
    WireType type = wire.type();
    if (type.isText()) {
      return ValueClass.UNKNOWN;
    }
    if (!texts.isEmpty() && type != WireType.BITS) {
      return ValueClass.ENUM;
    }
    if (type.isFloat()) {
      return ValueClass.FLOAT;
    }
    return type.isSigned() ? ValueClass.INT : ValueClass.UINT;
  }
}
