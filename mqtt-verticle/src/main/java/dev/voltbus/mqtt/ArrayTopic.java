package dev.voltbus.mqtt;

import dev.voltbus.contract.Publication;
import dev.voltbus.contract.ReceivedSnapshot;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.TopicContract.JsonArrayTopic;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One JSON object of arrays, such as the cell voltages; not sent while all are empty.
final class ArrayTopic implements IntervalTopic {
  private final String rule;
  private final Topic topic;
  private final @Nullable Duration every;
  private final List<ArrayItems> arrays;
  private boolean isOwed;

  ArrayTopic(
      JsonArrayTopic rule,
      Publication publication,
      Map<String, SnapshotLayout> layouts,
      Consumer<String> complaint) {
    this.rule = rule.name();
    this.topic = Topic.of(rule, publication);
    this.every = rule.every();
    this.isOwed = every != null;
    List<String> devices = devices(rule, publication);
    this.arrays =
        rule.arrays().stream()
            .map(items -> new ArrayItems(items, devices, layouts, complaint))
            .toList();
  }

  private static List<String> devices(JsonArrayTopic rule, Publication publication) {
    @Nullable Integer battery = rule.battery();
    return battery == null
        ? publication.devices()
        : publication.devices().subList(battery, battery + 1);
  }

  /// Whether the publication has it: its option is on and its battery there.
  static boolean isIn(JsonArrayTopic rule, Publication publication) {
    @Nullable Integer battery = rule.battery();
    return publication.options().contains(rule.option())
        && (battery == null || battery < publication.devices().size());
  }

  @Override
  public Topic topic() {
    return topic;
  }

  @Override
  public String name() {
    return rule;
  }

  @Override
  public @Nullable Duration every() {
    return every;
  }

  @Override
  public boolean isOwed() {
    return isOwed;
  }

  @Override
  public boolean canShow(@Nullable String field) {
    return arrays.stream().anyMatch(array -> !array.isEmpty());
  }

  /// Items of its first array; a cell that is not good for a while is still there.
  int items() {
    return arrays.getFirst().size();
  }

  /// How many items are certainly there or certainly not: all, or those there are.
  int certainItems() {
    return arrays.getFirst().isCertain() ? mostItems() : items();
  }

  /// The most items its first array can ever have.
  int mostItems() {
    return arrays.getFirst().most();
  }

  /// Takes over what was known of the other devices' items when one device changes.
  void keep(ArrayTopic before, String changed) {
    for (int i = 0; i < arrays.size(); i++) {
      arrays.get(i).keep(before.arrays.get(i), changed);
    }
  }

  @Override
  public void send(
      Map<String, ReceivedSnapshot> snapshots, Moment now, JsonText out, Outlet outlet) {
    out.reset();
    out.raw('{');
    int empty = out.length();
    for (ArrayItems array : arrays) {
      array.write(out, snapshots, now, out.length() == empty);
    }
    boolean hasItems = out.length() > empty;
    out.raw('}');
    boolean isSent = hasItems && outlet.offer(topic, out.toBuffer());
    isOwed = every != null && !isSent;
  }
}
