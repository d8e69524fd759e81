package dev.voltbus.acquisition;

import dev.voltbus.contract.ReadLimits;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.RegisterTable;
import dev.voltbus.contract.WireSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The read requests for one poll group of a register map. A pure function of the map.
///
/// Registers of one table that touch, or have no more unused words between them than the device
/// allows, are read together up to the largest block. A value is never cut: a block ends where a
/// register ends.
///
/// @param requests in order of table and address
record ReadPlan(List<Request> requests) {

  /// One read request.
  ///
  /// @param count words, or bits for coils and discrete inputs
  /// @param registers how many registers it brings
  record Request(RegisterTable table, int address, int count, int registers) {

    private int end() {
      return address + count;
    }

    String describe() {
      return count == 1
          ? table.word() + " " + address
          : table.word()
              + " "
              + address
              + ".."
              + (end() - 1)
              + " ("
              + count
              + (table.isBits() ? " bits, " : " words, ")
              + registers
              + (registers == 1 ? " register)" : " registers)");
    }
  }

  private static final Comparator<WireSource> BY_PLACE =
      Comparator.comparing(WireSource::table)
          .thenComparingInt(WireSource::address)
          .thenComparingInt(WireSource::words);

  ReadPlan {
    requests = List.copyOf(requests);
  }

  static ReadPlan of(RegisterMap map, String group) {
    List<Request> requests = new ArrayList<>();
    @Nullable Request open = null;
    for (WireSource wire : placesOf(map, group)) {
      @Nullable Request wider = open == null ? null : widen(open, wire, map.limits());
      if (wider == null) {
        if (open != null) {
          requests.add(open);
        }
        open = new Request(wire.table(), wire.address(), wire.words(), 1);
      } else {
        open = wider;
      }
    }
    if (open != null) {
      requests.add(open);
    }
    return new ReadPlan(requests);
  }

  private static List<WireSource> placesOf(RegisterMap map, String group) {
    List<WireSource> places = new ArrayList<>();
    for (RegisterSpec register : map.registers()) {
      if (register.source() instanceof WireSource wire && register.group().equals(group)) {
        places.add(wire);
      }
    }
    places.sort(BY_PLACE);
    return places;
  }

  /// The request that also brings the next register, or null if one request cannot.
  private static @Nullable Request widen(Request open, WireSource next, ReadLimits limits) {
    int end = Math.max(open.end(), next.end());
    int largest = next.table().isBits() ? next.table().largestRead() : limits.largestBlock();
    boolean near = next.address() - open.end() <= limits.largestGap();
    return next.table() == open.table() && near && end - open.address() <= largest
        ? new Request(open.table(), open.address(), end - open.address(), open.registers() + 1)
        : null;
  }
}
