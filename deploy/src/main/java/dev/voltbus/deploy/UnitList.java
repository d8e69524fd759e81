package dev.voltbus.deploy;

import java.util.Collection;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.IntStream;

/// The unit ids a probe asks, as people write them: `1-10`, `1,21,170`, `all`.
final class UnitList {
  private static final String USUAL = "1-10";

  private UnitList() {}

  /// Reads a list.
  ///
  /// @throws UsageException naming what is no unit id
  static List<Integer> parse(String text) {
    if (text.equals("all")) {
      // 0 and 255 last: a broadcast and the gateway itself on some lines.
      return IntStream.concat(IntStream.rangeClosed(1, 247), IntStream.of(255, 0)).boxed().toList();
    }
    NavigableSet<Integer> units = new TreeSet<>();
    for (String part : text.split(",", -1)) {
      String[] ends = part.strip().split("-", -1);
      int first = unit(text, ends[0]);
      int last = ends.length == 1 ? first : unit(text, ends[1]);
      if (ends.length > 2 || last < first) {
        throw wrong(text);
      }
      IntStream.rangeClosed(first, last).forEach(units::add);
    }
    return List.copyOf(units);
  }

  /// The first ten, and those that the device files name as usual.
  static List<Integer> usual(Collection<DeviceType> types) {
    NavigableSet<Integer> units = new TreeSet<>(parse(USUAL));
    for (DeviceType type : types) {
      Integer unit = type.unit();
      if (unit != null) {
        units.add(unit);
      }
    }
    return List.copyOf(units);
  }

  private static int unit(String text, String digits) {
    if (!digits.matches("[0-9]{1,3}") || Integer.parseInt(digits) > 255) {
      throw wrong(text);
    }
    return Integer.parseInt(digits);
  }

  private static UsageException wrong(String text) {
    return new UsageException(
        "--units `" + text + "` is not a list of unit ids 0..255 such as 1-10, 1,21,170 or all");
  }

  /// `1-10, 21, 170`.
  static String text(List<Integer> units) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < units.size(); i++) {
      int last = i;
      while (last + 1 < units.size() && units.get(last + 1) == units.get(last) + 1) {
        last++;
      }
      text.append(text.isEmpty() ? "" : ", ").append(units.get(i));
      text.append(last == i ? "" : "-" + units.get(last));
      i = last;
    }
    return text.toString();
  }
}
