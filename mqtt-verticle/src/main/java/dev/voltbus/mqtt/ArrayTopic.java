package dev.voltbus.mqtt;

import dev.voltbus.contract.Publication;
import dev.voltbus.contract.ReceivedSnapshot;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.TopicContract.JsonArrayTopic;
import dev.voltbus.contract.WireSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One JSON object with one array of numbers, such as the cell voltages; not sent while it is
/// empty.
final class ArrayTopic implements IntervalTopic {
  private final String rule;
  private final Topic topic;
  private final byte[] name;
  private final int decimals;
  private final List<Item> items = new ArrayList<>();
  private int mostItems;

  private record Item(String device, int index, UnitConversion conversion) {}

  ArrayTopic(
      JsonArrayTopic rule,
      Publication publication,
      Map<String, SnapshotLayout> layouts,
      Consumer<String> complaint) {
    this.rule = rule.name();
    this.topic = Topic.of(rule, publication);
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

  @Override
  public Topic topic() {
    return topic;
  }

  @Override
  public String name() {
    return rule;
  }

  @Override
  public boolean canShow(@Nullable String field) {
    return !items.isEmpty();
  }

  /// The most items it has had: a battery has fewer cells than its register map, and a cell that is
  /// not good for a while is still there.
  int mostItems() {
    return mostItems;
  }

  @Override
  public void send(
      Map<String, ReceivedSnapshot> snapshots, Moment now, JsonText out, Outlet outlet) {
    out.reset();
    out.raw('{');
    out.raw(name);
    out.raw(':');
    out.raw('[');
    int count = 0;
    for (Item item : items) {
      ReceivedSnapshot received = snapshots.get(item.device);
      if (received != null && Showing.of(received, item.index, now.nanos()) == Showing.VALUE) {
        if (count++ > 0) {
          out.raw(',');
        }
        out.fixed(item.conversion.apply(received.snapshot().value(item.index)), decimals);
      }
    }
    out.raw(']');
    out.raw('}');
    mostItems = Math.max(mostItems, count);
    if (count > 0) {
      outlet.offer(topic, out.toBuffer());
    }
  }
}
