package dev.voltbus.mqtt;

import dev.voltbus.contract.Publication;
import dev.voltbus.contract.ReceivedSnapshot;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.TopicContract.JsonObjectTopic;
import dev.voltbus.contract.TopicContract.Timing;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One JSON object of several values. Fields without a good value are missing, never null or zero.
final class ObjectTopic implements IntervalTopic {
  private final String rule;
  private final Topic topic;
  private final Timing timing;
  private final SentReading sentReading;
  private final List<FieldPlan> fields;
  private final boolean hasValues;

  ObjectTopic(
      JsonObjectTopic rule,
      Publication publication,
      Map<String, SnapshotLayout> layouts,
      EventBook book,
      Consumer<String> complaint) {
    this.rule = rule.name();
    this.topic = Topic.of(rule, publication);
    this.timing = rule.timing();
    this.sentReading = new SentReading(timing, topic);
    this.fields =
        rule.fields().stream()
            .map(field -> FieldPlan.compile(field, publication, layouts, book, complaint))
            .toList();
    this.hasValues = fields.stream().anyMatch(FieldPlan::isValue);
  }

  /// Whether the publication has it: one of the batteries that it shows is there.
  static boolean isIn(JsonObjectTopic rule, Publication publication) {
    int devices = publication.devices().size();
    return rule.fields().stream().anyMatch(field -> field.battery() < devices);
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
    return timing.every();
  }

  @Override
  public boolean canShow(@Nullable String field) {
    return fields.stream().anyMatch(plan -> plan.isNamed(field) && plan.canShow());
  }

  @Override
  public boolean needsDevice() {
    return fields.stream().noneMatch(FieldPlan::isAlways);
  }

  @Override
  public void forget() {
    sentReading.forget();
  }

  @Override
  public void send(
      Map<String, ReceivedSnapshot> snapshots, Moment now, JsonText out, Outlet outlet) {
    long readAt = readAt(snapshots, now);
    if (!sentReading.isDue(readAt)) {
      return;
    }
    if (render(snapshots, now, readAt == FieldPlan.NEVER ? now.wallMillis() : readAt, out)
        && outlet.offer(topic, out.toBuffer())) {
      sentReading.sent(readAt);
    }
  }

  /// The newest reading among the values shown.
  private long readAt(Map<String, ReceivedSnapshot> snapshots, Moment now) {
    long newest = FieldPlan.NEVER;
    for (FieldPlan field : fields) {
      newest = Math.max(newest, field.readAt(snapshots, now));
    }
    return newest;
  }

  private boolean render(
      Map<String, ReceivedSnapshot> snapshots, Moment now, long time, JsonText out) {
    out.reset();
    out.raw('{');
    int empty = out.length();
    boolean shows = !hasValues;
    for (FieldPlan field : fields) {
      boolean isWritten = field.member(out, snapshots, now, time, out.length() == empty);
      shows |= isWritten && field.isValue();
    }
    out.raw('}');
    return shows;
  }
}
