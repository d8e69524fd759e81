package dev.voltbus.simulator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A device behind a Modbus unit id: its rows, the blocks that can be read, the functions it knows.
///
/// A word can be pinned by hand; reads see the pinned word until it is released or written over.
/// Belongs to the event loop of its server.
public final class SimulatedDevice {

  /// The four tables of Modbus.
  public enum Table {
    COIL,
    DISCRETE,
    INPUT,
    HOLDING
  }

  private record Block(int from, int to) {
    boolean holds(int address, int count) {
      return address >= from && address + count - 1 <= to;
    }
  }

  private final String name;
  private final Set<Integer> functions;
  private final Map<Table, TreeMap<Integer, Row>> rows = new HashMap<>();
  private final Map<Table, List<Block>> blocks = new HashMap<>();
  private final Map<Table, Map<Integer, Integer>> pins = new HashMap<>();

  SimulatedDevice(String name, Integer... functions) {
    this.name = name;
    this.functions = Set.of(functions);
    for (Table table : Table.values()) {
      rows.put(table, new TreeMap<>());
      blocks.put(table, new ArrayList<>());
      pins.put(table, new HashMap<>());
    }
  }

  public String name() {
    return name;
  }

  /// Makes a range readable; words in it that belong to no row read 0.
  SimulatedDevice readable(Table table, int from, int to) {
    of(blocks, table).add(new Block(from, to));
    return this;
  }

  SimulatedDevice with(Table table, Row row) {
    of(rows, table).put(row.address(), row);
    return this;
  }

  SimulatedDevice with(Table table, Collection<Row> more) {
    more.forEach(row -> with(table, row));
    return this;
  }

  boolean knows(int function) {
    return functions.contains(function);
  }

  /// Holds words at what the caller says, for example to watch a change travel.
  ///
  /// @param words 0..65535 each
  public void pin(Table table, int address, int... words) {
    for (int i = 0; i < words.length; i++) {
      of(pins, table).put(address + i, words[i] & 0xFFFF);
    }
  }

  /// Lets the device's own value show again.
  public void unpin(Table table, int address, int count) {
    for (int i = 0; i < count; i++) {
      of(pins, table).remove(address + i);
    }
  }

  int[] read(Table table, int address, int count) throws Refusal {
    if (of(blocks, table).stream().noneMatch(block -> block.holds(address, count))) {
      throw new Refusal(Refusal.ILLEGAL_ADDRESS);
    }
    int[] words = new int[count];
    @Nullable Integer first = of(rows, table).floorKey(address);
    for (Row row :
        of(rows, table)
            .subMap(first == null ? address : first, true, address + count, false)
            .values()) {
      copy(row, words, address);
    }
    of(pins, table)
        .forEach((at, word) -> {
          if (at >= address && at < address + count) {
            words[at - address] = word;
          }
        });
    return words;
  }

  private static void copy(Row row, int[] words, int address) {
    int[] own = row.words().get();
    for (int i = 0; i < row.length(); i++) {
      int at = row.address() + i - address;
      if (at >= 0 && at < words.length) {
        words[at] = own[i] & 0xFFFF;
      }
    }
  }

  /// Writes whole rows: all or nothing.
  void write(Table table, int address, int[] words) throws Refusal {
    List<Row> hit = new ArrayList<>();
    int at = address;
    while (at < address + words.length) {
      @Nullable Row row = of(rows, table).get(at);
      if (row == null || !row.isWritable() || at + row.length() > address + words.length) {
        throw new Refusal(Refusal.ILLEGAL_ADDRESS);
      }
      hit.add(row);
      at += row.length();
    }
    for (Row row : hit) {
      @Nullable Predicate<int[]> allowed = row.allowed();
      if (allowed != null && !allowed.test(part(words, row, address))) {
        throw new Refusal(Refusal.ILLEGAL_VALUE);
      }
    }
    hit.forEach(row -> row.written().accept(part(words, row, address)));
    unpin(table, address, words.length);
  }

  private static int[] part(int[] words, Row row, int address) {
    int from = row.address() - address;
    return Arrays.copyOfRange(words, from, from + row.length());
  }

  private static <T> T of(Map<Table, T> byTable, Table table) {
    return Objects.requireNonNull(byTable.get(table));
  }
}
