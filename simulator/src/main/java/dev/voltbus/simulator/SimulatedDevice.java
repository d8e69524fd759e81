package dev.voltbus.simulator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
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

  /// One table: its rows, what of it can be read, what is held by hand.
  private static final class Registers {
    private final TreeMap<Integer, Row> rows = new TreeMap<>();
    private final List<Block> blocks = new ArrayList<>();
    private final Map<Integer, Integer> pins = new HashMap<>();
    private int longest = 1;

    /// The rows that have a word among these.
    private Collection<Row> touching(int address, int count) {
      return rows.subMap(address - longest + 1, true, address + count, false).values().stream()
          .filter(row -> row.address() + row.length() > address)
          .toList();
    }
  }

  private final String name;
  private final Set<Integer> functions;
  private final Map<Table, Registers> tables = new EnumMap<>(Table.class);
  private final TreeMap<Integer, String> objects = new TreeMap<>();
  private final List<Runnable> restarts = new ArrayList<>();
  private final ShownValues shown = new ShownValues();
  private int largestBlock = Protocol.MOST_WORDS_READ;

  SimulatedDevice(String name, Integer... functions) {
    this.name = name;
    this.functions = new HashSet<>(Set.of(functions));
    for (Table table : Table.values()) {
      tables.put(table, new Registers());
    }
  }

  /// What a gateway shows of a unit that is not there: each function is refused with exception 11.
  static SimulatedDevice absent() {
    return new SimulatedDevice("nobody");
  }

  public String name() {
    return name;
  }

  boolean isAbsent() {
    return functions.isEmpty();
  }

  /// Makes a range readable; words in it that belong to no row read 0.
  SimulatedDevice readable(Table table, int from, int to) {
    of(table).blocks.add(new Block(from, to));
    return this;
  }

  SimulatedDevice with(Table table, Row row) {
    Registers registers = of(table);
    registers.rows.put(row.address(), row);
    registers.longest = Math.max(registers.longest, row.length());
    return this;
  }

  SimulatedDevice with(Table table, Collection<Row> more) {
    more.forEach(row -> with(table, row));
    return this;
  }

  /// Lets it answer function 43/14 with these texts by object id.
  SimulatedDevice withObjects(Map<Integer, String> texts) {
    objects.putAll(texts);
    if (!texts.isEmpty()) {
      functions.add(Protocol.DEVICE_IDENTIFICATION);
    }
    return this;
  }

  /// The most words it gives in one read, 1..125.
  SimulatedDevice withLargestBlock(int words) {
    largestBlock = words;
    return this;
  }

  /// Does this when the device restarts.
  SimulatedDevice onRestart(Runnable action) {
    restarts.add(action);
    return this;
  }

  boolean knows(int function) {
    return functions.contains(function);
  }

  int largestBlock() {
    return largestBlock;
  }

  NavigableMap<Integer, String> objects() {
    return objects;
  }

  /// Begins again: what is not kept without power is lost.
  void restart() {
    restarts.forEach(Runnable::run);
    shown.forget();
  }

  /// What falsifies the values of the next request.
  void suffer(List<Fault.OfValues> faults) {
    shown.suffer(faults);
  }

  /// By how much the scale factor registers are moved now.
  int scaleFactorShift() {
    return shown.scaleFactorShift();
  }

  /// Holds words at what the caller says, for example to watch a change travel.
  ///
  /// @param words 0..65535 each
  public void pin(Table table, int address, int... words) {
    for (int i = 0; i < words.length; i++) {
      of(table).pins.put(address + i, words[i] & 0xFFFF);
    }
  }

  /// Lets the device's own value show again.
  public void unpin(Table table, int address, int count) {
    for (int i = 0; i < count; i++) {
      of(table).pins.remove(address + i);
    }
  }

  /// Whether each of the addresses belongs to a row.
  boolean isMapped(Table table, int address, int count) {
    boolean[] mapped = new boolean[count];
    for (Row row : of(table).touching(address, count)) {
      int from = Math.max(0, row.address() - address);
      int to = Math.min(count, row.address() + row.length() - address);
      Arrays.fill(mapped, from, to, true);
    }
    return count > 0 && allTrue(mapped);
  }

  private static boolean allTrue(boolean[] flags) {
    for (boolean flag : flags) {
      if (!flag) {
        return false;
      }
    }
    return true;
  }

  /// Whether the range begins or ends inside a row.
  boolean splits(Table table, int address, int count) {
    return of(table).touching(address, count).stream()
        .anyMatch(row -> row.address() < address || row.address() + row.length() > address + count);
  }

  int[] read(Table table, int address, int count) throws Refusal {
    int shifted = address + shown.addressShift();
    Registers registers = of(table);
    if (registers.blocks.stream().noneMatch(block -> block.holds(shifted, count))) {
      throw new Refusal(Refusal.ILLEGAL_ADDRESS);
    }
    int[] words = new int[count];
    for (Row row : registers.touching(shifted, count)) {
      copy(row, shown.words(table, row), words, shifted);
    }
    registers.pins.forEach((at, word) -> {
      if (at >= shifted && at < shifted + count) {
        words[at - shifted] = word;
      }
    });
    return words;
  }

  private static void copy(Row row, int[] own, int[] words, int address) {
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
      @Nullable Row row = of(table).rows.get(at);
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

  private Registers of(Table table) {
    return Objects.requireNonNull(tables.get(table));
  }
}
