package dev.voltbus.simulator;

import dev.voltbus.simulator.SimulatedDevice.Table;
import io.vertx.core.buffer.Buffer;
import java.util.List;

/// What a request asks for, as far as faults want to know.
///
/// @param reads ranges it reads
/// @param writes ranges it writes
record Asked(List<Range> reads, List<Range> writes) {

  /// Addresses side by side in a table.
  record Range(Table table, int address, int count) {
    boolean touches(int from, int to) {
      return address <= to && address + count - 1 >= from;
    }
  }

  private static final Asked NOTHING = new Asked(List.of(), List.of());

  /// Of a request that is too short for its function: nothing.
  static Asked of(Buffer pdu) {
    int function = pdu.getUnsignedByte(0);
    int needed = function == 23 ? 9 : 5;
    if (pdu.length() < needed) {
      return NOTHING;
    }
    return switch (function) {
      case 1 -> reading(Table.COIL, pdu);
      case 2 -> reading(Table.DISCRETE, pdu);
      case 3 -> reading(Table.HOLDING, pdu);
      case 4 -> reading(Table.INPUT, pdu);
      case 5 -> writing(range(Table.COIL, pdu, 1, 1));
      case 6, 22 -> writing(range(Table.HOLDING, pdu, 1, 1));
      case 15 -> writing(range(Table.COIL, pdu, 1, pdu.getUnsignedShort(3)));
      case 16 -> writing(range(Table.HOLDING, pdu, 1, pdu.getUnsignedShort(3)));
      case 23 ->
          new Asked(
              List.of(range(Table.HOLDING, pdu, 1, pdu.getUnsignedShort(3))),
              List.of(range(Table.HOLDING, pdu, 5, pdu.getUnsignedShort(7))));
      default -> NOTHING;
    };
  }

  private static Asked reading(Table table, Buffer pdu) {
    return new Asked(List.of(range(table, pdu, 1, pdu.getUnsignedShort(3))), List.of());
  }

  private static Asked writing(Range range) {
    return new Asked(List.of(), List.of(range));
  }

  private static Range range(Table table, Buffer pdu, int at, int count) {
    return new Range(table, pdu.getUnsignedShort(at), count);
  }

  boolean isWrite() {
    return !writes.isEmpty();
  }

  boolean isRead() {
    return !reads.isEmpty() && writes.isEmpty();
  }

  boolean touches(int from, int to) {
    return reads.stream().anyMatch(range -> range.touches(from, to))
        || writes.stream().anyMatch(range -> range.touches(from, to));
  }
}
