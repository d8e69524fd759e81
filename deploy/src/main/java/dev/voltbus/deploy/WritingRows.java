package dev.voltbus.deploy;

import dev.voltbus.contract.Access;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.Writing;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Reads how the rows of a device file are written: what a row says itself, else what the section
/// `writing` says for all of them, else the default.
final class WritingRows {
  private static final List<String> KEYS =
      List.of("write-function", "settle", "read-back", "skip-equal", "storage", "writes-per-day");

  private final Section all;
  private final Duration settle;
  private int from;
  private int to;
  private final Map<String, Writing> byKey = new HashMap<>();

  WritingRows(Section root) {
    this.all = root.section("writing");
    this.settle = settle(all, Writing.USUAL.settle());
    this.from = all.whole("from", 0);
    this.to = all.whole("to", 0xFFFF);
    if (from > to) {
      all.fault("from", from + " is above `to` " + to);
      from = 0;
      to = 0xFFFF;
    }
  }

  private static Duration settle(Section section, Duration otherwise) {
    return section.duration("settle", otherwise, Duration.ZERO, Writing.LONGEST_SETTLE);
  }

  Map<String, Writing> byKey() {
    return byKey;
  }

  void read(Section row, RegisterSpec spec) {
    if (spec.access() == Access.READ_WRITE && spec.source() instanceof WireSource wire) {
      check(row, wire);
      row.make(() -> writing(row)).ifPresent(writing -> byKey.put(spec.key(), writing));
    } else {
      KEYS.stream()
          .filter(row::has)
          .findFirst()
          .ifPresent(key -> row.fault(key, "is for registers with `access: rw`"));
    }
  }

  private void check(Section row, WireSource wire) {
    if (wire.address() < from || wire.end() - 1 > to) {
      row.fault(
          "access", wire.place() + " is not in the range " + from + ".." + to + " of `writing`");
    }
    switch (function(row)) {
      case AUTO, MULTIPLE -> {}
      case SINGLE -> {
        if (wire.words() > 1) {
          functionFault(row, "single writes one word, this register has " + wire.words());
        }
      }
      case MASK -> {
        if (wire.slice().isWhole() || wire.words() > 1) {
          functionFault(row, "mask writes a `slice` of one word, this register is no such");
        }
      }
    }
  }

  private static void functionFault(Section row, String story) {
    row.fault(row.has("write-function") ? "write-function" : "type", story);
  }

  private Writing.Function function(Section row) {
    return RegisterRow.constant(
        Writing.Function.class, of(row, "write-function").text("write-function", "auto"));
  }

  /// The section that says something about a key.
  private Section of(Section row, String key) {
    return row.has(key) ? row : all;
  }

  private Writing writing(Section row) {
    boolean flash = of(row, "storage").text("storage").equals("flash");
    int usualPerDay = flash ? all.whole("writes-per-day", Writing.DEFAULT_PER_DAY) : 0;
    return new Writing(
        function(row),
        settle(row, settle),
        of(row, "read-back").flag("read-back", true),
        of(row, "skip-equal").flag("skip-equal", flash),
        flash ? Writing.Storage.FLASH : Writing.Storage.RAM,
        row.whole("writes-per-day", usualPerDay));
  }
}
