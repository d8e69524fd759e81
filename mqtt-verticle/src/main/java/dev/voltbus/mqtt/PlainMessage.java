package dev.voltbus.mqtt;

import dev.voltbus.contract.Publication;
import dev.voltbus.contract.ReceivedSnapshot;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.TopicContract.PlainTopic;
import dev.voltbus.contract.TopicContract.Timing;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One value as a plain text.
final class PlainMessage implements IntervalTopic {
  private final String rule;
  private final Topic topic;
  private final Timing timing;
  private final SentReading sentReading;
  private final FieldPlan field;

  PlainMessage(
      PlainTopic rule,
      Publication publication,
      Map<String, SnapshotLayout> layouts,
      EventBook book,
      Consumer<String> complaint) {
    this.rule = rule.name();
    this.topic = Topic.of(rule, publication);
    this.timing = rule.timing();
    this.sentReading = new SentReading(timing, topic);
    this.field = FieldPlan.compile(rule.field(), publication, layouts, book, complaint);
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
  public boolean canShow(@Nullable String name) {
    return field.canShow();
  }

  @Override
  public void forget() {
    sentReading.forget();
  }

  @Override
  public void send(
      Map<String, ReceivedSnapshot> snapshots, Moment now, JsonText out, Outlet outlet) {
    long readAt = field.readAt(snapshots, now);
    if (!sentReading.isDue(readAt)) {
      return;
    }
    out.reset();
    if (field.bare(out, snapshots, now) && outlet.offer(topic, out.toBuffer())) {
      sentReading.sent(readAt);
    }
  }
}
