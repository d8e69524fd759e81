package dev.voltbus.acquisition;

import dev.voltbus.contract.RegisterTable;
import dev.voltbus.contract.WireSource;
import java.util.Comparator;

/// Some words, or bits, of a device.
record Place(RegisterTable table, int address, int count) {
  static final Comparator<Place> ORDER =
      Comparator.comparing(Place::table)
          .thenComparingInt(Place::address)
          .thenComparingInt(Place::count);

  static Place of(WireSource wire) {
    return new Place(wire.table(), wire.address(), wire.words());
  }

  int end() {
    return address + count;
  }

  boolean overlaps(Place other) {
    return table == other.table && address < other.end() && other.address < end();
  }

  boolean covers(Place other) {
    return table == other.table && address <= other.address && other.end() <= end();
  }

  /// The smallest place of the same table that covers both.
  Place with(Place other) {
    int from = Math.min(address, other.address);
    return new Place(table, from, Math.max(end(), other.end()) - from);
  }

  /// `holding 304..310`, or `holding 304` for a single word.
  String text() {
    String last = count == 1 ? "" : ".." + (end() - 1);
    return table.word() + " " + address + last;
  }
}
