package dev.voltbus.deploy;

import dev.voltbus.contract.KeepAlive;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.ReadLimits;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.UnitOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads a device file, such as `config/devices/tinybms.yaml`, that its schema has accepted.
final class DeviceFile {
  private final Section root;
  private final Faults faults;
  private final WritingRows writing;
  private final CheckedFiles.Library<Section> models;
  private final Map<String, Integer> keyLines = new HashMap<>();
  private final Map<String, Integer> suffixLines = new HashMap<>();

  private DeviceFile(Section root, CheckedFiles.Library<Section> models) {
    this.root = root;
    this.models = models;
    this.faults = root.faults();
    this.writing = new WritingRows(root);
  }

  /// What the file says, or nothing after a fault was added.
  ///
  /// @param models files of SunSpec models
  static Optional<DeviceType> read(
      Section root, String name, CheckedFiles.Library<Section> models) {
    return new DeviceFile(root, models).read(name);
  }

  private Optional<DeviceType> read(String name) {
    int before = faults.count();
    if (!root.text("device").equals(name)) {
      root.fault(
          "device", "must be `" + name + "` like the file, not `" + root.text("device") + "`");
    }
    RowSources.check(root);
    List<PollGroup> groups = groups();
    ReadLimits limits = limits();
    checkKind();
    @Nullable PushedRows pushed =
        root.has("pushed") && !groups.isEmpty()
            ? new PushedRows(root.section("pushed"), groups.getFirst())
            : null;
    SunSpecRows.Expanded sunspec = SunSpecRows.expand(root, models, limits.largestBlock());
    List<RegisterSpec> rows = rows(sunspec.rows(), pushed);
    if (pushed != null) {
      groups.addAll(pushed.groups());
    }
    List<KeepAlive> keepAlive = new KeepAliveRows(rows, writing.byKey()).read(root);
    UnitOptions options = UnitOptionsReader.read(root.section("unit-options"), UnitOptions.DEFAULT);
    BlockLength.check(root, rows, limits.largestBlock());
    if (faults.count() > before) {
      return Optional.empty();
    }
    return root.make(() ->
            new RegisterMap(name, rows, groups, limits)
                .withWriting(writing.byKey(), keepAlive)
                .withSegments(sunspec.segments()))
        .map(map ->
            new DeviceType(
                map, root.wholeOrNull("unit"), options, pushed == null ? null : pushed.form()));
  }

  /// A device that is pushed has no register that anybody could read or write.
  private void checkKind() {
    if (!root.has("pushed")) {
      if (!root.has("registers") && !root.has("sunspec")) {
        root.fault(
            "registers", "required, but missing here: a device has registers, sunspec or pushed");
      }
      return;
    }
    for (String key : List.of("registers", "sunspec", "keep-alive", "watchdog", "unit")) {
      if (root.has(key)) {
        root.fault(
            key,
            "belongs to a Modbus device; one with `pushed` values is never read or controlled");
      }
    }
  }

  private ReadLimits limits() {
    Section limits = root.section("limits");
    return new ReadLimits(
        limits.whole("largest-block", ReadLimits.MODBUS.largestBlock()),
        limits.whole("largest-gap", ReadLimits.MODBUS.largestGap()));
  }

  private List<PollGroup> groups() {
    List<PollGroup> groups = new ArrayList<>();
    root.sections("groups").forEach((name, group) -> group(name, group).ifPresent(groups::add));
    return groups;
  }

  private static Optional<PollGroup> group(String name, Section section) {
    Duration period =
        section.duration("period", Duration.ZERO, PollGroup.SHORTEST, PollGroup.LONGEST);
    if (period.isZero()) {
      return Optional.empty();
    }
    PollGroup plain = PollGroup.every(name, period);
    return section.make(() ->
        new PollGroup(
            name,
            period,
            section.duration("stale-after", plain.staleAfter()),
            section.duration("unavailable-after", plain.unavailableAfter())));
  }

  private List<RegisterSpec> rows(Map<String, Section> sunspec, @Nullable PushedRows pushed) {
    List<RegisterSpec> rows = new ArrayList<>();
    List<Section> sections = new ArrayList<>(sunspec.values());
    sections.addAll(root.list("registers"));
    Set<String> declared = new HashSet<>();
    RegisterRow registers = new RegisterRow(List.copyOf(root.sections("groups").keySet()));
    for (Section section : sections) {
      declared.add(RegisterRow.key(section));
      registers.read(section).ifPresent(row -> addWire(row, section, rows));
    }
    checkScaleRegisters(sections, rows, declared);
    if (pushed != null) {
      for (PushedRows.Row row : pushed.rows()) {
        declared.add(row.spec().key());
        add(row.spec(), row.section(), rows);
      }
    }
    for (Section section : root.list("derived")) {
      DerivedRow.read(section, rows, declared).ifPresent(row -> add(row, section, rows));
      declared.add(section.text("key"));
    }
    return rows;
  }

  private void addWire(RegisterSpec row, Section section, List<RegisterSpec> rows) {
    add(row, section, rows);
    writing.read(section, row);
  }

  /// A row with a fault of its own is among the declared ones only.
  private static void checkScaleRegisters(
      List<Section> sections, List<RegisterSpec> rows, Set<String> declared) {
    Map<String, RegisterSpec> byKey = new HashMap<>();
    rows.forEach(row -> byKey.put(row.key(), row));
    for (Section section : sections) {
      RegisterSpec row = byKey.get(RegisterRow.key(section));
      String scale = section.text("scale-register");
      if (row != null && !scale.isEmpty() && byKey.containsKey(scale) == declared.contains(scale)) {
        row.scaleFault(byKey.get(scale))
            .ifPresent(fault ->
                section.fault(
                    "scale-register",
                    declared.contains(scale) ? fault : fault + Nearest.question(scale, declared)));
      }
    }
  }

  private void add(RegisterSpec row, Section section, List<RegisterSpec> rows) {
    int line = root.tree().line(section.pointer());
    Integer sameKey = keyLines.putIfAbsent(row.key(), line);
    Integer sameSuffix = row.internal() ? null : suffixLines.putIfAbsent(row.topicSuffix(), line);
    if (sameKey != null) {
      section.fault("key", "key `" + row.key() + "` is used twice, first in line " + sameKey);
    } else if (sameSuffix != null) {
      section.fault(
          "topic-suffix",
          "topic suffix `" + row.topicSuffix() + "` is used twice, first in line " + sameSuffix);
    } else {
      rows.add(row);
    }
  }
}
