package dev.voltbus.acquisition;

import dev.voltbus.contract.AddressSegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Merges items into requests.
final class ReadPlanner {
  private static final String LAST = "ends with the last register";

  private final PlanRules rules;
  private final List<AddressSegment> segments;
  private final List<ReadPlan.Request> requests = new ArrayList<>();

  /// @param segments parts of the map that may stand apart from each other in the device
  ReadPlanner(PlanRules rules, List<AddressSegment> segments) {
    this.rules = rules;
    this.segments = segments;
  }

  ReadPlan plan(PlanItems sorted) {
    merge(sorted.items(), 0);
    int number = 0;
    for (Map.Entry<Item, List<Item>> bracket : sorted.bracketed().entrySet()) {
      number++;
      scale(bracket.getKey(), number);
      List<Item> values =
          bracket.getValue().stream()
              .sorted((one, other) -> Place.ORDER.compare(one.place(), other.place()))
              .toList();
      merge(values, number);
      scale(bracket.getKey(), number);
    }
    return new ReadPlan(requests, sorted.left());
  }

  private void scale(Item scale, int number) {
    requests.add(
        ReadPlan.Request.of(
            List.of(scale), "scale factor, read before and after its values", number));
  }

  private void merge(List<Item> items, int bracket) {
    List<Item> open = new ArrayList<>();
    for (Item item : items) {
      String end = open.isEmpty() ? "" : whyNot(placeOf(open), item.place());
      if (!end.isEmpty()) {
        requests.add(ReadPlan.Request.of(open, end, bracket));
        open.clear();
      }
      open.add(item);
    }
    if (!open.isEmpty()) {
      requests.add(ReadPlan.Request.of(open, LAST, bracket));
    }
  }

  private static Place placeOf(List<Item> items) {
    return items.stream().map(Item::place).reduce(Place::with).orElseThrow();
  }

  /// Why the next item cannot be read together with those before it; empty if it can.
  private String whyNot(Place open, Place next) {
    if (open.table() != next.table()) {
      return "next register is in table " + next.table().word();
    }
    if (rules.oneRegister() && !open.covers(next)) {
      return "one register a request";
    }
    if (segmentOf(open) != segmentOf(next)) {
      return "next register is in another model";
    }
    int gap = next.address() - open.end();
    if (gap > rules.largestGap()) {
      return "gap of %d word(s), at most %d bridged".formatted(gap, rules.largestGap());
    }
    Place both = open.with(next);
    if (both.count() > rules.largest(both)) {
      return tooLong(open, next, both);
    }
    return rules.touchesBarred(both) && !rules.touchesBarred(open) && !rules.touchesBarred(next)
        ? "a register behind it is left out"
        : "";
  }

  /// Number of the segment that a place begins in, or -1.
  private int segmentOf(Place place) {
    for (int i = 0; i < segments.size(); i++) {
      if (segments.get(i).contains(place.table(), place.address())) {
        return i;
      }
    }
    return -1;
  }

  private String tooLong(Place open, Place next, Place both) {
    int largest = rules.largest(both);
    return open.count() < largest && next.count() > 1
        ? "next value has %d words and is not cut, largest block is %d"
            .formatted(next.count(), largest)
        : "largest block is %d %s".formatted(largest, open.table().isBits() ? "bits" : "words");
  }
}
