package dev.voltbus.deploy;

import dev.voltbus.contract.VenusService;
import dev.voltbus.contract.VenusService.About;
import dev.voltbus.contract.VenusService.Constant;
import dev.voltbus.contract.VenusService.Row;
import dev.voltbus.contract.VenusService.Shows;
import dev.voltbus.contract.VenusService.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Reads the paths of a topic contract for Venus OS.
final class VenusRows {
  private VenusRows() {}

  static VenusService read(Section topic) {
    List<Row> rows = new ArrayList<>();
    Set<String> paths = new HashSet<>();
    for (Section row : topic.list("paths")) {
      if (!paths.add(row.text("path"))) {
        row.fault("path", "path `" + row.text("path") + "` is given twice");
      }
      rows.add(new Row(row.text("path"), shows(row)));
    }
    return new VenusService(topic.text("service"), rows);
  }

  private static Shows shows(Section row) {
    boolean isConstant = row.has("constant");
    boolean isAbout = row.has("shows");
    for (String key : List.of("shows", "keys", "times", "unit", "decimals")) {
      if (isConstant && row.has(key)) {
        row.fault(key, "does not belong to a path with a `constant`");
      } else if (isAbout && !key.equals("shows") && row.has(key)) {
        row.fault(key, "belongs to a path of a register, not to `shows`");
      }
    }
    if (row.has("times") && !row.has("keys")) {
      row.fault("times", "belongs to a path with `keys`");
    }
    if (isConstant) {
      return new Constant(row.node().get("constant").toString());
    }
    return isAbout
        ? RegisterRow.constant(About.class, row.text("shows"))
        : new Value(
            row.texts("keys"), row.textOrNull("times"), row.text("unit"), row.whole("decimals", 0));
  }
}
