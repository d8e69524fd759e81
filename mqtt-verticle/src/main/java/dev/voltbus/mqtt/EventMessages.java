package dev.voltbus.mqtt;

import dev.voltbus.contract.Publication;
import dev.voltbus.contract.ReceivedSnapshot;
import dev.voltbus.contract.TopicContract.EventTopic;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A JSON object for each event, once each time it happens; numbers are texts, as the contract has
/// them.
final class EventMessages implements IntervalTopic {
  private final String rule;
  private final Topic topic;
  private final EventBook book;

  EventMessages(EventTopic rule, Publication publication, EventBook book) {
    this.rule = rule.name();
    this.topic = Topic.of(rule, publication);
    this.book = book;
  }

  @Override
  public String name() {
    return rule;
  }

  @Override
  public Topic topic() {
    return topic;
  }

  @Override
  public boolean canShow(@Nullable String field) {
    return true;
  }

  @Override
  public boolean needsDevice() {
    return false;
  }

  @Override
  public boolean isTelemetry() {
    return false;
  }

  @Override
  public void send(
      Map<String, ReceivedSnapshot> snapshots, Moment now, JsonText out, Outlet outlet) {
    for (EventBook.Event event : book.untold()) {
      write(event, out);
      if (!outlet.offer(topic, out.toBuffer())) {
        return;
      }
      event.told();
    }
  }

  private static void write(EventBook.Event event, JsonText out) {
    out.reset();
    out.raw('{');
    member(out, "event_type", event.name());
    out.raw(',');
    member(out, "severity", event.severity().name());
    out.raw(',');
    member(out, "count", Integer.toString(event.count()));
    out.raw(',');
    member(out, "data", "0");
    out.raw(',');
    member(out, "message", event.message());
    out.raw(',');
    member(out, "millis", Long.toString(event.millis()));
    out.raw('}');
  }

  private static void member(JsonText out, String name, String text) {
    out.string(name);
    out.raw(':');
    out.string(text);
  }
}
