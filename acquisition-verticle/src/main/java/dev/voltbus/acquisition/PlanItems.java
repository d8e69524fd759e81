package dev.voltbus.acquisition;

import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.WireSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a poll group has to bring, sorted into what one request can bring and what it cannot.
///
/// @param items what can be merged freely, in order of table and address
/// @param bracketed values by the scale factor that is read before and after them
/// @param left what is quarantined
record PlanItems(List<Item> items, Map<Item, List<Item>> bracketed, List<Item> left) {

  static PlanItems of(RegisterMap map, String group, PlanRules rules) {
    return new Sorting(rules, registers(map)).sort(map, group);
  }

  private static Map<String, Item> registers(RegisterMap map) {
    Map<String, Item> byKey = new HashMap<>();
    for (RegisterSpec register : map.registers()) {
      if (register.source() instanceof WireSource wire) {
        byKey.put(register.key(), Item.of(Place.of(wire), register.key()));
      }
    }
    return byKey;
  }

  private static final class Sorting {
    private final PlanRules rules;
    private final Map<String, Item> byKey;
    private final TreeMap<Place, Item> free = new TreeMap<>(Place.ORDER);
    private final Map<Item, List<Item>> bracketed = new LinkedHashMap<>();
    private final TreeMap<Place, Item> left = new TreeMap<>(Place.ORDER);

    private Sorting(PlanRules rules, Map<String, Item> byKey) {
      this.rules = rules;
      this.byKey = byKey;
    }

    private PlanItems sort(RegisterMap map, String group) {
      List<Item> own = new ArrayList<>();
      for (RegisterSpec register : map.registers()) {
        @Nullable Item item = byKey.get(register.key());
        if (item != null && register.group().equals(group)) {
          own.add(item);
        }
      }
      Map<String, String> scales = scales(map);
      Set<Item> done = new HashSet<>();
      own.forEach(item -> pair(item, scales, done));
      own.stream().filter(item -> !done.contains(item)).forEach(this::addAlone);
      return new PlanItems(List.copyOf(free.values()), bracketed, List.copyOf(left.values()));
    }

    /// Scale-factor register by value register.
    private static Map<String, String> scales(RegisterMap map) {
      Map<String, String> scales = new HashMap<>();
      for (List<String> pair : Together.of(map)) {
        scales.put(pair.getFirst(), pair.getLast());
      }
      return scales;
    }

    private void pair(Item value, Map<String, String> scales, Set<Item> done) {
      @Nullable String key = scales.get(value.keys().getFirst());
      @Nullable Item scale = key == null ? null : byKey.get(key);
      if (scale == null || rules.isBarred(value.place()) || rules.isBarred(scale.place())) {
        return;
      }
      done.add(value);
      done.add(scale);
      if (fits(value, scale)) {
        add(free, Item.together(value, scale));
      } else {
        bracketed.computeIfAbsent(scale, fresh -> new ArrayList<>()).add(value);
      }
    }

    private boolean fits(Item value, Item scale) {
      if (value.place().table() != scale.place().table()) {
        return false;
      }
      Place both = value.place().with(scale.place());
      return both.count() <= rules.largest(both)
          && !rules.apart().contains(both)
          && !rules.touchesBarred(both);
    }

    private void addAlone(Item item) {
      add(rules.isBarred(item.place()) ? left : free, item);
    }

    private static void add(Map<Place, Item> to, Item item) {
      to.merge(item.place(), item, Item::and);
    }
  }
}
