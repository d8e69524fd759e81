package dev.voltbus.deploy;

import dev.voltbus.contract.Access;
import dev.voltbus.contract.BitSlice;
import dev.voltbus.contract.ByteOrder;
import dev.voltbus.contract.Guard;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.PushSource;
import dev.voltbus.contract.RawRange;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.RegisterTable;
import dev.voltbus.contract.Scaling;
import dev.voltbus.contract.TopicText;
import dev.voltbus.contract.ValueClass;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.WireType;
import dev.voltbus.contract.WordOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads the values of a device file that others push. Each gets words of its own in a table that
/// no Modbus request can name. A value on a topic of its own grows old by itself, so it has a poll
/// group of its own.
final class PushedRows {
  private static final int TEXT_WORDS = 32;
  private static final int USUAL_PRECISION = 2;

  private final Section pushed;
  private final PollGroup usual;
  private final Map<String, PollGroup> groups = new LinkedHashMap<>();
  private final List<PushSource.Value> values = new ArrayList<>();
  private int address;

  /// @param usual the file's poll group
  PushedRows(Section pushed, PollGroup usual) {
    this.pushed = pushed;
    this.usual = usual;
  }

  /// What a type with such values needs besides its register map.
  record Form(String timeField, List<PushSource.Value> values) {}

  /// A row of the register map with the section it stands in.
  record Row(RegisterSpec spec, Section section) {}

  /// What can be said of all rows, once they were read.
  Form form() {
    return new Form(pushed.text("time"), values);
  }

  /// The poll groups of values on topics of their own.
  List<PollGroup> groups() {
    return List.copyOf(groups.values());
  }

  List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    for (Section section : pushed.list("values")) {
      row(section).ifPresent(spec -> rows.add(new Row(spec, section)));
    }
    return rows;
  }

  private Optional<RegisterSpec> row(Section row) {
    if (row.has("topic") && row.has("field")) {
      row.fault("field", "a value with a `topic` of its own is plain and has no field");
    }
    boolean isText = row.text("form", "number").equals("text");
    if (isText && row.has("valid")) {
      row.fault("valid", "a text has no number");
    }
    String key = row.text("key");
    values.add(
        new PushSource.Value(key, row.text("topic", row.text("field", key)), row.has("topic")));
    WireSource source = source(isText);
    Optional<Guard> guard = RegisterRow.guard(row);
    return guard.flatMap(range ->
        row.make(() ->
            new RegisterSpec(
                key,
                row.text("topic-suffix", TopicText.suffix(key, 0)),
                source,
                Scaling.ONE,
                RegisterRow.presentation(
                    row,
                    Map.of(),
                    isText ? 0 : USUAL_PRECISION,
                    isText ? ValueClass.UNKNOWN : ValueClass.FLOAT),
                Access.READ_ONLY,
                RawRange.UNSTATED,
                List.of(),
                group(row),
                false,
                range)));
  }

  private WireSource source(boolean isText) {
    int words = isText ? TEXT_WORDS : WireType.F64.words();
    int at = address;
    address += words;
    return new WireSource(
        RegisterTable.PUSHED,
        at,
        words,
        isText ? WireType.STRING : WireType.F64,
        WordOrder.HIGH_FIRST,
        ByteOrder.HIGH_FIRST,
        BitSlice.WHOLE);
  }

  private String group(Section row) {
    if (!row.has("topic")) {
      return usual.name();
    }
    String name = "topic " + row.text("topic");
    groups.computeIfAbsent(
        name,
        own -> new PollGroup(own, usual.period(), usual.staleAfter(), usual.unavailableAfter()));
    return name;
  }
}
