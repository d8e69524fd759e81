package dev.voltbus.mqtt;

import dev.voltbus.contract.Publication;
import dev.voltbus.contract.ReceivedSnapshot;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.TopicContract.JsonArrayTopic;
import dev.voltbus.contract.TopicContract.Override;
import dev.voltbus.contract.WireSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/// One JSON object with one array of numbers, such as the cell voltages; not sent while it is
/// empty.
final class ArrayTopic implements IntervalTopic {
  private final Topic topic;
  private final byte[] name;
  private final int decimals;
  private final List<Item> items = new ArrayList<>();

  private record Item(String device, int index, UnitConversion conversion) {}

  ArrayTopic(
      JsonArrayTopic rule,
      Publication publication,
      Map<String, SnapshotLayout> layouts,
      Consumer<String> complaint) {
    this.topic = topic(rule, publication);
    this.name = JsonText.quoted(rule.field());
    this.decimals = rule.decimals();
    Pattern keys = Pattern.compile(rule.keys());
    for (String device : publication.devices()) {
      SnapshotLayout layout = layouts.get(device);
      for (int i = 0; layout != null && i < layout.size(); i++) {
        if (keys.matcher(layout.spec(i).key()).matches()) {
          add(rule, device, layout.spec(i), i, complaint);
        }
      }
    }
  }

  static Topic topic(JsonArrayTopic rule, Publication publication) {
    return Topic.of(
        Topic.named(rule.topic(), publication),
        rule.sending(),
        Override.NONE,
        publication.broker());
  }

  private void add(
      JsonArrayTopic rule,
      String device,
      RegisterSpec spec,
      int index,
      Consumer<String> complaint) {
    String unit = spec.presentation().unit();
    Optional<UnitConversion> conversion = UnitConversion.between(unit, rule.unit());
    boolean isText = spec.source() instanceof WireSource wire && wire.type().isText();
    if (conversion.isEmpty() || isText) {
      complaint.accept(
          "field="
              + rule.field()
              + " without "
              + spec.key()
              + " of device "
              + device
              + ": unit '"
              + unit
              + "' does not convert to '"
              + rule.unit()
              + "'");
      return;
    }
    items.add(new Item(device, index, conversion.get()));
  }

  @java.lang.Override
  public void send(
      Map<String, ReceivedSnapshot> snapshots, long nowNanos, JsonText out, Outlet outlet) {
    out.reset();
    out.raw('{');
    out.raw(name);
    out.raw(':');
    out.raw('[');
    int empty = out.length();
    for (Item item : items) {
      ReceivedSnapshot received = snapshots.get(item.device);
      if (received != null && Showing.of(received, item.index, nowNanos) == Showing.VALUE) {
        if (out.length() > empty) {
          out.raw(',');
        }
        out.fixed(item.conversion.apply(received.snapshot().value(item.index)), decimals);
      }
    }
    boolean isEmpty = out.length() == empty;
    out.raw(']');
    out.raw('}');
    if (!isEmpty) {
      outlet.offer(topic, out.toBuffer());
    }
  }
}
