package dev.voltbus.deploy;

import dev.voltbus.contract.TopicContract;
import dev.voltbus.contract.TopicContract.Field;
import dev.voltbus.contract.TopicContract.JsonArrayTopic;
import dev.voltbus.contract.TopicContract.JsonArrayTopic.Items;
import dev.voltbus.contract.TopicContract.JsonObjectTopic;
import dev.voltbus.contract.TopicContract.Sending;
import dev.voltbus.contract.TopicContract.Timing;
import dev.voltbus.contract.TopicContract.TopicRule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads topics of several batteries: with `{_battery}` in the topic each has one of its own
/// (`info`, `info_2`), else the further ones have fields of their own in the same object (`SOC`,
/// `SOC_2`). A field with `once: true` belongs to the first alone.
final class BatteryRows {
  /// `_2` for the second battery, nothing for the first.
  static final String SUFFIX = "{_battery}";

  /// ` 2` for the second battery, nothing for the first.
  static final String WORD = "{ battery}";

  private BatteryRows() {}

  /// The topics of kind json-object that a row stands for.
  static List<TopicRule> objects(Section row, Sending sending, Timing timing, List<Field> fields) {
    Set<String> once = new TreeSet<>();
    row.list("fields").stream()
        .filter(field -> field.flag("once", false))
        .forEach(field -> once.add(field.text("name")));
    if (!hasOwnTopics(row)) {
      List<Field> all = new ArrayList<>(fields);
      IntStream.range(1, batteries(row))
          .forEach(battery -> all.addAll(further(fields, once, battery, true)));
      return List.of(
          new JsonObjectTopic(row.text("name"), row.text("topic"), sending, timing, all));
    }
    return IntStream.range(0, batteries(row))
        .<TopicRule>mapToObj(battery ->
            new JsonObjectTopic(
                row.text("name") + TopicContract.batterySuffix(battery),
                named(row.text("topic"), battery),
                sending,
                timing,
                battery == 0 ? fields : further(fields, once, battery, false)))
        .toList();
  }

  private static List<Field> further(
      List<Field> fields, Set<String> once, int battery, boolean isBeside) {
    String suffix = isBeside ? TopicContract.batterySuffix(battery) : "";
    return fields.stream()
        .filter(field -> !once.contains(field.name()))
        .map(field -> field.of(field.name() + suffix, battery))
        .toList();
  }

  /// The topics of kind json-array that a row stands for.
  static List<TopicRule> arrays(Section row, Sending sending, @Nullable Duration every) {
    List<Items> items =
        Stream.concat(Stream.of(row), row.list("also").stream()).map(BatteryRows::items).toList();
    return IntStream.range(0, batteries(row))
        .<TopicRule>mapToObj(battery ->
            new JsonArrayTopic(
                row.text("name") + TopicContract.batterySuffix(battery),
                named(row.text("topic"), battery),
                sending,
                every,
                row.text("option"),
                row.has("batteries") ? battery : null,
                items))
        .toList();
  }

  private static Items items(Section row) {
    checkPattern(row, "keys");
    checkPattern(row, "bits-of");
    return new Items(
        row.text("field"),
        row.text("keys"),
        row.text("unit"),
        row.whole("decimals", 0),
        row.textOrNull("bits-of"));
  }

  private static void checkPattern(Section row, String key) {
    try {
      Pattern.compile(row.text(key));
    } catch (PatternSyntaxException e) {
      row.fault(key, "`" + row.text(key) + "` is not a regular expression: " + e.getDescription());
    }
  }

  /// How many batteries a topic or a group of entities is for.
  static int batteries(Section row) {
    return row.whole("batteries", 1);
  }

  private static boolean hasOwnTopics(Section row) {
    return row.text("topic").contains(SUFFIX);
  }

  /// Fills in what stands for a battery, from 0.
  static String named(String pattern, int battery) {
    return pattern
        .replace(SUFFIX, TopicContract.batterySuffix(battery))
        .replace(WORD, battery == 0 ? "" : " " + (battery + 1));
  }
}
