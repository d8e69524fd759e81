package dev.voltbus.mqtt;

import dev.voltbus.contract.Publication;
import dev.voltbus.contract.ReceivedSnapshot;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.TopicContract.JsonObjectTopic;
import dev.voltbus.contract.TopicContract.Override;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// One JSON object of several values. Fields without a good value are missing, never null or zero.
final class ObjectTopic implements IntervalTopic {
  private final Topic topic;
  private final List<FieldPlan> fields;

  ObjectTopic(
      JsonObjectTopic rule,
      Publication publication,
      Map<String, SnapshotLayout> layouts,
      Consumer<String> complaint) {
    this.topic = topic(rule, publication);
    this.fields =
        rule.fields().stream()
            .map(field -> FieldPlan.compile(field, publication, layouts, complaint))
            .toList();
  }

  static Topic topic(JsonObjectTopic rule, Publication publication) {
    return Topic.of(
        Topic.named(rule.topic(), publication),
        rule.sending(),
        Override.NONE,
        publication.broker());
  }

  @java.lang.Override
  public void send(
      Map<String, ReceivedSnapshot> snapshots, long nowNanos, JsonText out, Outlet outlet) {
    out.reset();
    out.raw('{');
    boolean isFirst = true;
    for (FieldPlan field : fields) {
      isFirst &= !field.write(out, snapshots, nowNanos, isFirst);
    }
    out.raw('}');
    if (!isFirst) {
      outlet.offer(topic, out.toBuffer());
    }
  }
}
