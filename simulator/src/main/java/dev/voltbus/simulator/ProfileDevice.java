package dev.voltbus.simulator;

import dev.voltbus.contract.Access;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.RegisterTable;
import dev.voltbus.contract.WireSource;
import dev.voltbus.simulator.SimulatedDevice.Table;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// A simulated device made of a register map and a profile: it shows each register's value in the
/// words its device file describes, and keeps what is written to a writable one.
///
/// What lies between two registers can be read, and reads 0, up to the largest gap the device file
/// allows; a wider gap is refused with exception 2.
public final class ProfileDevice {
  private record Place(Table table, int address, int words) {}

  private final RegisterMap map;
  private final Profile profile;
  private final LongSupplier nanos;
  private final SimulatedDevice device;
  private final Map<String, ShownRegister> registers = new LinkedHashMap<>();
  private final Map<String, SharedRow> rowOfKey = new HashMap<>();
  private final List<SharedRow> rows = new ArrayList<>();
  private final Set<String> scaleKeys;
  private long startedAt;

  /// A device on the machine's monotonic clock.
  ///
  /// @throws IllegalArgumentException naming the key and its value, if the profile shows what the
  ///   map cannot hold
  public ProfileDevice(RegisterMap map, Profile profile) {
    this(map, profile, System::nanoTime);
  }

  /// @param nanos monotonic time in ns
  public ProfileDevice(RegisterMap map, Profile profile, LongSupplier nanos) {
    this.map = map;
    this.profile = profile;
    this.nanos = nanos;
    this.startedAt = nanos.getAsLong();
    this.device = new SimulatedDevice(map.model(), functions());
    this.scaleKeys = scaleKeys(map, profile);
    profile.values().keySet().forEach(key -> wireOf(map, key));
    map.registers().stream()
        .filter(spec -> spec.source() instanceof WireSource)
        .forEach(this::prepare);
    addRows();
    addRawWords();
    device.withObjects(profile.deviceId()).withLargestBlock(profile.largestBlock());
    device.onRestart(this::restart);
  }

  /// Judges one value of a profile.
  ///
  /// @throws IllegalArgumentException naming the key and the value, if the register does not exist
  ///   or cannot hold it
  public static void check(RegisterMap map, String key, Signal signal) {
    check(map, key, signal, Map.of());
  }

  /// Judges one value of a profile that says what the scale factors are.
  ///
  /// @param values values of the profile, by key
  /// @throws IllegalArgumentException as above
  public static void check(RegisterMap map, String key, Signal signal, Map<String, Signal> values) {
    wireOf(map, key);
    RegisterSpec spec = specOf(map, key);
    @Nullable String scale = spec.scaling().scaleRegister();
    @Nullable Signal power = scale == null ? null : values.get(scale);
    int exponent =
        scale == null || power == null ? 0 : new ShownRegister(specOf(map, scale), power).power(0);
    var _ = new ShownRegister(spec, signal, () -> exponent, () -> 0);
  }

  private static RegisterSpec specOf(RegisterMap map, String key) {
    return map.registers().stream()
        .filter(spec -> spec.key().equals(key))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException("device " + map.model() + " has no register " + key));
  }

  private static WireSource wireOf(RegisterMap map, String key) {
    if (specOf(map, key).source() instanceof WireSource wire) {
      return wire;
    }
    throw new IllegalArgumentException(
        "register " + key + " is derived from others and has no words to show");
  }

  /// The device as a server takes it.
  public SimulatedDevice device() {
    return device;
  }

  public Profile profile() {
    return profile;
  }

  /// Shows something else from now on.
  ///
  /// @throws IllegalArgumentException as `check` does
  public void set(String key, Signal signal) {
    wireOf(map, key);
    ShownRegister register = shown(specOf(map, key), signal);
    registers.put(key, register);
    Optional.ofNullable(rowOfKey.get(key)).ifPresent(row -> row.replace(register));
  }

  /// The keys that can be set, in the order of the device file.
  public List<String> keys() {
    return List.copyOf(registers.keySet());
  }

  private Integer[] functions() {
    if (!profile.functions().isEmpty()) {
      return profile.functions().toArray(Integer[]::new);
    }
    Set<Integer> needed = new TreeSet<>();
    profile.words().forEach(words -> needed.add(readFunction(words.table())));
    for (RegisterSpec spec : map.registers()) {
      if (spec.source() instanceof WireSource wire) {
        needed.add(wire.table().readFunction());
        needed.addAll(writeFunctions(spec, wire.table()));
      }
    }
    return needed.toArray(Integer[]::new);
  }

  private static int readFunction(Table table) {
    return switch (table) {
      case COIL -> 1;
      case DISCRETE -> 2;
      case HOLDING -> 3;
      case INPUT -> 4;
    };
  }

  private static Set<Integer> writeFunctions(RegisterSpec spec, RegisterTable table) {
    if (spec.access() != Access.READ_WRITE) {
      return Set.of();
    }
    return table == RegisterTable.COIL ? Set.of(5, 15) : Set.of(6, 16, 22, 23);
  }

  private void prepare(RegisterSpec spec) {
    registers.put(spec.key(), shown(spec, profile.values().get(spec.key())));
  }

  private ShownRegister shown(RegisterSpec spec, @Nullable Signal signal) {
    boolean isScale = scaleKeys.contains(spec.key());
    @Nullable Signal own = signal == null && isScale ? new Signal.Fixed(0) : signal;
    @Nullable String scale = spec.scaling().scaleRegister();
    return new ShownRegister(
        spec,
        own,
        () -> scale == null ? 0 : power(scale),
        () -> isScale ? device.scaleFactorShift() : 0);
  }

  /// The power of ten that a scale factor register shows now.
  private int power(String key) {
    ShownRegister known = registers.get(key);
    ShownRegister scale =
        known == null ? shown(specOf(map, key), profile.values().get(key)) : known;
    return scale.power(seconds());
  }

  /// Scale factor registers of which the profile shows a value; the others show their defaults.
  private static Set<String> scaleKeys(RegisterMap map, Profile profile) {
    Set<String> keys = new HashSet<>();
    for (RegisterSpec spec : map.registers()) {
      @Nullable String scale = spec.scaling().scaleRegister();
      if (scale != null && profile.values().containsKey(spec.key())) {
        keys.add(scale);
      }
    }
    return keys;
  }

  /// Registers that share their words, as bit slices do, share a row.
  private void addRows() {
    Map<Place, SharedRow> byPlace = new LinkedHashMap<>();
    for (ShownRegister register : registers.values()) {
      WireSource wire = register.wire();
      Place place = new Place(table(wire.table()), wire.address(), wire.words());
      SharedRow row = byPlace.computeIfAbsent(place, fresh -> new SharedRow(this::seconds));
      row.add(register);
      rowOfKey.put(register.spec().key(), row);
    }
    rows.addAll(byPlace.values());
    byPlace.forEach((place, row) -> device.with(place.table(), row.at(place.address())));
    readable(byPlace.keySet());
  }

  private void readable(Set<Place> places) {
    for (Table table : Table.values()) {
      int from = -1;
      int end = -1;
      List<Place> sorted =
          places.stream()
              .filter(place -> place.table() == table)
              .sorted(Comparator.comparingInt(Place::address))
              .toList();
      for (Place place : sorted) {
        if (from >= 0 && place.address() - end > map.limits().largestGap()) {
          device.readable(table, from, end - 1);
          from = -1;
        }
        from = from < 0 ? place.address() : from;
        end = Math.max(end, place.address() + place.words());
      }
      if (from >= 0) {
        device.readable(table, from, end - 1);
      }
    }
  }

  /// Words that a register has too stay the register's.
  private void addRawWords() {
    for (Profile.Words words : profile.words()) {
      Set<Integer> taken = addressesOf(words.table());
      int end = words.address() + words.words().size();
      for (int at = words.address(); at < end; at++) {
        int[] word = {words.words().get(at - words.address())};
        if (!taken.contains(at)) {
          device.with(words.table(), Row.readOnly(at, 1, word::clone));
        }
      }
      device.readable(words.table(), words.address(), end - 1);
    }
  }

  private Set<Integer> addressesOf(Table table) {
    Set<Integer> taken = new HashSet<>();
    for (ShownRegister register : registers.values()) {
      WireSource wire = register.wire();
      for (int at = wire.address(); table(wire.table()) == table && at < wire.end(); at++) {
        taken.add(at);
      }
    }
    return taken;
  }

  private static Table table(RegisterTable table) {
    return switch (table) {
      case HOLDING -> Table.HOLDING;
      case INPUT -> Table.INPUT;
      case COIL -> Table.COIL;
      case DISCRETE -> Table.DISCRETE;
      case PUSHED -> throw new IllegalArgumentException("a pushed value has no register");
    };
  }

  private double seconds() {
    return (nanos.getAsLong() - startedAt) / 1e9;
  }

  private void restart() {
    startedAt = nanos.getAsLong();
    rows.forEach(SharedRow::restart);
  }
}
