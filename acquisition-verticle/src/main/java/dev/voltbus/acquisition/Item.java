package dev.voltbus.acquisition;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// What one request has to bring whole: the registers at one place, or a value and its scale
/// factor.
///
/// @param keys the registers, for people
/// @param parts the places of value and scale factor; empty for a plain register
record Item(Place place, List<String> keys, List<Item> parts) {
  Item {
    keys = List.copyOf(keys);
    parts = List.copyOf(parts);
  }

  static Item of(Place place, String key) {
    return new Item(place, List.of(key), List.of());
  }

  /// Both in one request.
  static Item together(Item value, Item scale) {
    Set<String> keys = new TreeSet<>(value.keys);
    keys.addAll(scale.keys);
    return new Item(value.place.with(scale.place), List.copyOf(keys), List.of(value, scale));
  }

  /// Two items of one place.
  Item and(Item same) {
    Set<String> all = new TreeSet<>(keys);
    all.addAll(same.keys);
    return new Item(place, List.copyOf(all), parts.isEmpty() ? parts : same.parts);
  }

  /// `voltage (holding 304)`.
  String text() {
    return String.join(", ", keys) + " (" + place.text() + ")";
  }
}
