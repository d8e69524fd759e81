package dev.voltbus.mqtt;

import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.ReceivedSnapshot;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.TopicContract.JsonArrayTopic.Items;
import dev.voltbus.contract.WireSource;
import java.util.ArrayList;
import java.util.HashMap;
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

  /// By device, how many items it has, from the first to the last that ever had a value: a battery
  /// has fewer cells than its map.
  private final Map<String, Integer> fitted = new HashMap<>();

  /// Whether each item had a value when last looked at, or the device says that it has none there.
  private boolean isCertain;

  /// @param place number of the item in its device, from 0
  /// @param index what is shown
  /// @param bit which bit of it, or `NO_BIT` for the number
  /// @param owner what must be there for it to be shown: itself, or the cell a bit belongs to
  private record Item(
      String device, int place, int index, int bit, int owner, UnitConversion conversion) {}

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
      items.add(new Item(device, places(device), index, bit++, owner, UnitConversion.NONE));
    }
  }

  private int places(String device) {
    return (int) items.stream().filter(item -> item.device.equals(device)).count();
  }

  private void addNumber(String device, RegisterSpec spec, int index) {
    String unit = spec.presentation().unit();
    Optional<UnitConversion> conversion = UnitConversion.between(unit, rule.unit());
    boolean isText = spec.source() instanceof WireSource wire && wire.type().isText();
    if (conversion.isPresent() && !isText) {
      items.add(new Item(device, places(device), index, NO_BIT, index, conversion.get()));
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

  /// How many items it has.
  int size() {
    return fitted.values().stream().mapToInt(Integer::intValue).sum();
  }

  /// Whether the device certainly has no more items than that.
  boolean isCertain() {
    return isCertain;
  }

  /// How many it can have at most.
  int most() {
    return items.size();
  }

  /// Another device has another register map; what is known of the rest stays true.
  void keep(ArrayItems before, String changed) {
    fitted.putAll(before.fitted);
    fitted.remove(changed);
  }

  /// Writes the array with its name, or nothing if no item has a value. An item that has no value
  /// now keeps its place as `null` if it, or one behind it, had one before: what is read by
  /// position must not move.
  ///
  /// @param isFirst whether it is the first of its object
  void write(JsonText out, Map<String, ReceivedSnapshot> snapshots, Moment now, boolean isFirst) {
    if (!findFitted(snapshots, now)) {
      return;
    }
    if (!isFirst) {
      out.raw(',');
    }
    out.raw(name);
    out.raw(':');
    out.raw('[');
    int count = 0;
    for (Item item : items) {
      if (item.place < fitted.getOrDefault(item.device, 0)) {
        if (count++ > 0) {
          out.raw(',');
        }
        write(out, item, snapshots, now);
      }
    }
    out.raw(']');
  }

  /// @return whether any item has a value now
  private boolean findFitted(Map<String, ReceivedSnapshot> snapshots, Moment now) {
    boolean hasValue = false;
    boolean isEachKnown = true;
    for (Item item : items) {
      @Nullable ReceivedSnapshot received = snapshots.get(item.device);
      if (isShown(item, received, now)) {
        fitted.merge(item.device, item.place + 1, Math::max);
        hasValue = true;
      } else {
        isEachKnown &= isAbsent(item, received, now);
      }
    }
    isCertain = isEachKnown;
    return hasValue;
  }

  private static boolean isAbsent(Item item, @Nullable ReceivedSnapshot received, Moment now) {
    return received != null
        && Showing.of(received, item.index, now.nanos()) == Showing.REASON
        && received.snapshot().reason(item.index) == QualityReason.SENSOR_ABSENT;
  }

  private static boolean isShown(Item item, @Nullable ReceivedSnapshot received, Moment now) {
    return received != null
        && Showing.of(received, item.index, now.nanos()) == Showing.VALUE
        && (item.owner == item.index
            || Showing.of(received, item.owner, now.nanos()) == Showing.VALUE);
  }

  private void write(JsonText out, Item item, Map<String, ReceivedSnapshot> snapshots, Moment now) {
    @Nullable ReceivedSnapshot received = snapshots.get(item.device);
    if (received == null || !isShown(item, received, now)) {
      out.bare("null");
    } else if (item.bit == NO_BIT) {
      out.fixed(item.conversion.apply(received.snapshot().value(item.index)), rule.decimals());
    } else {
      boolean isSet = (received.snapshot().raw(item.index) >>> item.bit & 1) == 1;
      out.bare(Boolean.toString(isSet));
    }
  }
}
