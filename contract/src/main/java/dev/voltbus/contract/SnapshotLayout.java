package dev.voltbus.contract;

import io.vertx.core.buffer.Buffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Where each value of a device stands in the arrays of its snapshots. Shared by all polls of all
/// devices with the same register map.
public final class SnapshotLayout {
  private final RegisterMap map;
  private final long id;
  private final Map<String, Integer> indexes = new HashMap<>();
  private final @Nullable RegisterCodec[] codecs;
  private final int[] groupOf;
  private final int[][] groupsOf;
  private final int[] wordsAt;
  private final int[] scaleOf;
  private final int totalWords;

  private SnapshotLayout(RegisterMap map) {
    this.map = map;
    this.id = hash(map);
    int size = map.registers().size();
    this.codecs = new RegisterCodec[size];
    this.groupOf = new int[size];
    this.groupsOf = new int[size][];
    this.wordsAt = new int[size];
    int next = 0;
    for (int i = 0; i < size; i++) {
      RegisterSpec spec = map.registers().get(i);
      indexes.put(spec.key(), i);
      wordsAt[i] = next;
      groupsOf[i] = groupIndexes(spec);
      groupOf[i] = groupsOf[i][0];
      if (spec.source() instanceof WireSource wire) {
        codecs[i] = RegisterCodec.of(spec);
        next += wire.words();
      }
    }
    this.totalWords = next;
    this.scaleOf = map.registers().stream().mapToInt(this::scaleIndex).toArray();
  }

  private int scaleIndex(RegisterSpec spec) {
    @Nullable String key = spec.scaling().scaleRegister();
    return key == null ? -1 : indexOf(key);
  }

  public static SnapshotLayout of(RegisterMap map) {
    return new SnapshotLayout(map);
  }

  /// 64-bit FNV-1a over the map's binary form: the same on every node and after every restart.
  private static long hash(RegisterMap map) {
    Buffer buffer = Buffer.buffer(4096);
    MapFrames.write(map, new FrameWriter(buffer));
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < buffer.length(); i++) {
      hash = (hash ^ (buffer.getByte(i) & 0xFF)) * 0x100000001b3L;
    }
    return hash;
  }

  private int[] groupIndexes(RegisterSpec spec) {
    if (spec.source() instanceof Derivation derived) {
      return derived.of().stream()
          .flatMapToInt(key -> Arrays.stream(groupsOf[indexOf(key)]))
          .distinct()
          .toArray();
    }
    List<String> names = map.groups().stream().map(PollGroup::name).toList();
    return new int[] {names.indexOf(spec.group())};
  }

  /// Hash of the map.
  public long id() {
    return id;
  }

  public RegisterMap map() {
    return map;
  }

  /// Number of values.
  public int size() {
    return codecs.length;
  }

  public RegisterSpec spec(int index) {
    return map.registers().get(index);
  }

  /// The codec of a value read from words; null for a derived one.
  public @Nullable RegisterCodec codec(int index) {
    return codecs[index];
  }

  /// The poll group a value belongs to, as index into `map().groups()`; for a derived value that of
  /// its first source.
  public int groupOf(int index) {
    return groupOf[index];
  }

  /// All poll groups a value depends on.
  int[] groupsOf(int index) {
    return groupsOf[index];
  }

  /// Where the words of a value begin in a snapshot's word array.
  public int wordsAt(int index) {
    return wordsAt[index];
  }

  public int totalWords() {
    return totalWords;
  }

  /// Index of the register that holds the scale factor of a value, or -1 where its scale is fixed.
  public int scaleOf(int index) {
    return scaleOf[index];
  }

  /// Whether any value has its scale factor in a register.
  public boolean hasScaleRegisters() {
    return Arrays.stream(scaleOf).anyMatch(scale -> scale >= 0);
  }

  /// Index of a key, or -1 if the map does not have it.
  public int indexOf(String key) {
    return indexes.getOrDefault(key, -1);
  }
}
