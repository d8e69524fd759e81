package dev.voltbus.mqtt;

import dev.voltbus.contract.ReceivedSnapshot;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.TopicContract.JsonArrayTopic.Items;
import dev.voltbus.contract.WireSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// One array of a JSON object, compiled: numbers, or the bits of bit fields as true and false.
final class ArrayItems {
  private static final int NO_BIT = -1;

  private final Items rule;
  private final byte[] name;
  private final Consumer<String> complaint;
  private final List<Item> items = new ArrayList<>();

  /// @param index what is shown
  /// @param bit which bit of it, or `NO_BIT` for the number
  /// @param owner what must be there for it to be shown: itself, or the cell a bit belongs to
  private record Item(String device, int index, int bit, int owner, UnitConversion conversion) {}

  /// @param layouts layouts by device, as far as known
  /// @param complaint told of what cannot be shown
  ArrayItems(
      Items rule,
      List<String> devices,
      Map<String, SnapshotLayout> layouts,
      Consumer<String> complaint) {
    this.rule = rule;
    this.name = JsonText.quoted(rule.field());
    this.complaint = complaint;
    for (String device : devices) {
      SnapshotLayout layout = layouts.get(device);
      if (layout != null) {
        matching(rule.keys(), layout).forEach(index -> add(device, layout, index));
      }
    }
  }

  private static IntStream matching(String keys, SnapshotLayout layout) {
    Pattern pattern = Pattern.compile(keys);
    return IntStream.range(0, layout.size())
        .filter(index -> pattern.matcher(layout.spec(index).key()).matches());
  }

  private void add(String device, SnapshotLayout layout, int index) {
    @Nullable String owners = rule.bitsOf();
    if (owners == null) {
      addNumber(device, layout.spec(index), index);
      return;
    }
    int bit = 0;
    for (int owner : matching(owners, layout).limit(Long.SIZE).toArray()) {
      items.add(new Item(device, index, bit++, owner, UnitConversion.NONE));
    }
  }

  private void addNumber(String device, RegisterSpec spec, int index) {
    String unit = spec.presentation().unit();
    Optional<UnitConversion> conversion = UnitConversion.between(unit, rule.unit());
    boolean isText = spec.source() instanceof WireSource wire && wire.type().isText();
    if (conversion.isPresent() && !isText) {
      items.add(new Item(device, index, NO_BIT, index, conversion.get()));
      return;
    }
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
  }

  boolean isEmpty() {
    return items.isEmpty();
  }

  /// Writes the array with its name.
  ///
  /// @param isFirst whether it is the first of its object
  /// @return how many items it has; nothing was written if there are none
  int write(JsonText out, Map<String, ReceivedSnapshot> snapshots, Moment now, boolean isFirst) {
    int before = out.length();
    if (!isFirst) {
      out.raw(',');
    }
    out.raw(name);
    out.raw(':');
    out.raw('[');
    int count = 0;
    for (Item item : items) {
      ReceivedSnapshot received = snapshots.get(item.device);
      if (received != null && isShown(item, received, now)) {
        if (count++ > 0) {
          out.raw(',');
        }
        write(out, item, received);
      }
    }
    if (count == 0) {
      out.cut(before);
      return 0;
    }
    out.raw(']');
    return count;
  }

  private static boolean isShown(Item item, ReceivedSnapshot received, Moment now) {
    return Showing.of(received, item.index, now.nanos()) == Showing.VALUE
        && (item.owner == item.index
            || Showing.of(received, item.owner, now.nanos()) == Showing.VALUE);
  }

  private void write(JsonText out, Item item, ReceivedSnapshot received) {
    if (item.bit == NO_BIT) {
      out.fixed(item.conversion.apply(received.snapshot().value(item.index)), rule.decimals());
    } else {
      boolean isSet = (received.snapshot().raw(item.index) >>> item.bit & 1) == 1;
      out.bare(Boolean.toString(isSet));
    }
  }
}
