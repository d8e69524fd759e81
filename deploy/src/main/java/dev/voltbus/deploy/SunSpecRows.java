package dev.voltbus.deploy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.voltbus.contract.AddressSegment;
import dev.voltbus.contract.RegisterTable;
import dev.voltbus.contract.SunSpecWalk;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Makes register rows from the SunSpec models that the section `sunspec` of a device file names.
/// The models stand one behind the other from the base on, as in a device that has just these.
final class SunSpecRows {
  private static final String USUAL_BASE = String.valueOf(SunSpecWalk.BASES.getFirst());

  private final Section sunspec;
  private final CheckedFiles.Library<Section> library;
  private final int largestBlock;
  private final Map<Integer, Integer> occurrences = new HashMap<>();
  private final Map<String, Section> rows = new LinkedHashMap<>();
  private final Set<String> offered = new HashSet<>();
  private final List<AddressSegment> segments = new ArrayList<>();

  private SunSpecRows(Section sunspec, CheckedFiles.Library<Section> library, int largestBlock) {
    this.sunspec = sunspec;
    this.library = library;
    this.largestBlock = largestBlock;
  }

  /// What the models come to.
  ///
  /// @param rows rows as they could stand under `registers`, by key
  /// @param segments where the map has each model
  record Expanded(Map<String, Section> rows, List<AddressSegment> segments) {}

  /// A model file, if its number is that of its name.
  static Optional<Section> model(Section root, String name) {
    if (!name.equals("model-" + root.whole("model", 0))) {
      root.fault("model", "must be the number in the file's name " + name + ".yaml");
      return Optional.empty();
    }
    return Optional.of(root);
  }

  /// @param library files of models by name
  /// @param largestBlock most words in one read, within which a value and its scale factor must lie
  static Expanded expand(Section device, CheckedFiles.Library<Section> library, int largestBlock) {
    SunSpecRows made = new SunSpecRows(device.section("sunspec"), library, largestBlock);
    made.addModels();
    made.applyOverrides();
    return new Expanded(made.rows, made.segments);
  }

  private void addModels() {
    String base = sunspec.text("base", "auto");
    int next = Integer.parseInt(base.equals("auto") ? USUAL_BASE : base) + SunSpecWalk.MARK_WORDS;
    for (Section item : sunspec.list("models")) {
      int id = item.node().isObject() ? item.whole("id", 0) : item.node().intValue();
      Optional<Section> model = library.file(sunspec, "models", "model-" + id);
      if (model.isEmpty()) {
        return;
      }
      next = add(item, id, model.get(), next);
    }
  }

  /// Adds a model; returns the address behind it.
  private int add(Section item, int id, Section model, int address) {
    int occurrence = occurrences.merge(id, 1, Integer::sum);
    String usual = "m" + id + (occurrence == 1 ? "" : "_" + occurrence);
    SunSpecModelRows made =
        new SunSpecModelRows(item, model, item.text("prefix", usual), address, largestBlock);
    made.rows().keySet().stream()
        .filter(rows::containsKey)
        .findFirst()
        .ifPresent(key ->
            item.fault("prefix", "key `" + key + "` is there already: state another prefix"));
    rows.putAll(made.rows());
    offered.addAll(made.offered());
    item.make(
            () -> new AddressSegment(id, occurrence, RegisterTable.HOLDING, address, made.length()))
        .ifPresent(segments::add);
    return address + made.length();
  }

  private void applyOverrides() {
    Section overrides = sunspec.section("points");
    sunspec
        .sections("points")
        .forEach((key, override) -> {
          Section row = rows.get(key);
          if (row == null) {
            overrides.fault(
                key, "no point has the key `" + key + "`" + Nearest.question(key, rows.keySet()));
          } else {
            checkAccess(key, override);
            ObjectNode merged = row.node().deepCopy();
            merged.setAll((ObjectNode) override.node());
            rows.put(key, new Section(override.tree(), override.pointer(), merged, row.faults()));
          }
        });
  }

  private void checkAccess(String key, Section override) {
    if (override.text("access").equals("rw") && !offered.contains(key)) {
      override.fault("access", "the model has `" + key + "` for reading only");
    }
  }
}
