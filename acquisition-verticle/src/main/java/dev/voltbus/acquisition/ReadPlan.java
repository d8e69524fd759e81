package dev.voltbus.acquisition;

import dev.voltbus.contract.PlannedRead;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterTable;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The read requests for one poll group of a register map. A pure function of the map and the
/// rules.
///
/// Registers of one table that touch, or have no more unused words between them than the rules
/// allow, are read together up to the largest block. A value is never cut, and is read in one
/// request with its scale factor; where the device does not give both at once, the scale factor is
/// read before and after.
///
/// @param requests in order of table and address; those with scale factors of their own at the end
/// @param left what is not asked: it is quarantined
record ReadPlan(List<Request> requests, List<Item> left) {

  /// One read request.
  ///
  /// @param items what it brings, in order of address
  /// @param end why it ends where it ends, for people
  /// @param bracket 0, or the number of the scale factor which is read before and after: first and
  ///   last request of a number bring the scale factor
  record Request(Place place, List<Item> items, String end, int bracket) {
    Request {
      items = List.copyOf(items);
    }

    static Request of(List<Item> items, String end) {
      return of(items, end, 0);
    }

    static Request of(List<Item> items, String end, int bracket) {
      Place place = items.stream().map(Item::place).reduce(Place::with).orElseThrow();
      return new Request(place, items, end, bracket);
    }

    RegisterTable table() {
      return place.table();
    }

    int address() {
      return place.address();
    }

    /// Words, or bits for coils and discrete inputs.
    int count() {
      return place.count();
    }

    /// How many registers it brings.
    int registers() {
      return keys().size();
    }

    private Set<String> keys() {
      Set<String> keys = new LinkedHashSet<>();
      items.forEach(item -> keys.addAll(item.keys()));
      return keys;
    }

    /// The same as data for others.
    PlannedRead planned(PollGroup group) {
      return new PlannedRead(
          group.name(), group.period(), table(), address(), count(), List.copyOf(keys()), end);
    }

    /// The places where it bridges words that belong to none of its registers: indexes of the items
    /// that follow a gap.
    List<Integer> gaps() {
      List<Integer> after = new ArrayList<>();
      int reached = place.address();
      for (int i = 0; i < items.size(); i++) {
        Place next = items.get(i).place();
        if (next.address() > reached) {
          after.add(i);
        }
        reached = Math.max(reached, next.end());
      }
      return after;
    }

    /// The most unused words between two of its items.
    int largestGap() {
      int largest = 0;
      int reached = place.address();
      for (Item item : items) {
        largest = Math.max(largest, item.place().address() - reached);
        reached = Math.max(reached, item.place().end());
      }
      return largest;
    }

    String describe() {
      if (count() == 1) {
        return place.text();
      }
      int registers = registers();
      return "%s (%d %s, %d %s)"
          .formatted(
              place.text(),
              count(),
              table().isBits() ? "bits" : "words",
              registers,
              registers == 1 ? "register" : "registers");
    }
  }

  ReadPlan {
    requests = List.copyOf(requests);
    left = List.copyOf(left);
  }

  /// The plan before anything was learned.
  static ReadPlan of(RegisterMap map, String group) {
    return of(map, group, PlanRules.of(map));
  }

  static ReadPlan of(RegisterMap map, String group, PlanRules rules) {
    return new ReadPlanner(rules, map.segments()).plan(PlanItems.of(map, group, rules));
  }

  /// The plan in lines for people.
  List<String> describe() {
    List<String> lines = new ArrayList<>();
    for (Request request : requests) {
      lines.add(request.describe() + "; " + request.end());
    }
    left.forEach(item -> lines.add(item.text() + " is left out: the device refuses it"));
    return lines;
  }
}
