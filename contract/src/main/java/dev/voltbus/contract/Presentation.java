package dev.voltbus.contract;

import java.util.Map;
import java.util.TreeMap;

/// How a value is shown to people and consumers.
///
/// @param label human name, empty if none
/// @param unit unit text, empty if none
/// @param precision suggested decimals, 0..9
/// @param comment free text, empty if none
/// @param texts text for a raw value; for a bit field, text for a bit number
/// @param dbusPath Venus OS path that the value would have, empty if none
/// @param valueClass kind of number
public record Presentation(
    String label,
    String unit,
    int precision,
    String comment,
    Map<Long, String> texts,
    String dbusPath,
    ValueClass valueClass) {

  static final int MOST_DECIMALS = 9;

  public static final Presentation NONE =
      new Presentation("", "", 0, "", Map.of(), "", ValueClass.UNKNOWN);

  public Presentation {
    if (precision < 0 || precision > MOST_DECIMALS) {
      throw new IllegalArgumentException("precision " + precision + " is not in 0..9");
    }
    texts = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(texts));
  }

  public Presentation withUnit(String text) {
    return new Presentation(label, text, precision, comment, texts, dbusPath, valueClass);
  }

  public Presentation withLabel(String text) {
    return new Presentation(text, unit, precision, comment, texts, dbusPath, valueClass);
  }

  public Presentation withPrecision(int decimals) {
    return new Presentation(label, unit, decimals, comment, texts, dbusPath, valueClass);
  }

  public Presentation withTexts(Map<Long, String> table) {
    return new Presentation(label, unit, precision, comment, table, dbusPath, valueClass);
  }

  public Presentation withDbusPath(String path) {
    return new Presentation(label, unit, precision, comment, texts, path, valueClass);
  }

  public Presentation withValueClass(ValueClass kind) {
    return new Presentation(label, unit, precision, comment, texts, dbusPath, kind);
  }
}
