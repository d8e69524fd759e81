package dev.voltbus.acquisition;

import dev.voltbus.contract.Access;
import dev.voltbus.contract.AddressSegment;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.RegisterCodec;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.ScaleFactor;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.Writing;
import dev.voltbus.modbus.Bits;
import dev.voltbus.modbus.ModbusRequest;
import dev.voltbus.modbus.Words;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A writable register of a device: its words for a value, the requests that carry them, and
/// whether words read back are those that were wanted. It remembers the function that the device
/// took.
final class WriteTarget {
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private final Device device;
  private final RegisterCodec codec;
  private final Writing writing;
  private final Words own;
  private final @Nullable RegisterCodec factor;
  private final List<AddressSegment> segments;
  private List<WriteWay> ways;
  private boolean apart;

  /// @param scale the register with its scale factor; null where the scale is fixed
  private WriteTarget(Device device, RegisterSpec spec, @Nullable RegisterSpec scale) {
    this.device = device;
    this.codec = RegisterCodec.of(spec);
    this.factor = scale == null ? null : RegisterCodec.of(scale);
    this.writing = device.map().writingOf(spec.key());
    this.own = Words.copyOf(codec.ownBits());
    this.ways = WriteWay.of(codec.wire(), writing.function());
    this.segments = segments(device.map());
  }

  private List<AddressSegment> segments(RegisterMap map) {
    return Stream.of(codec, factor)
        .filter(Objects::nonNull)
        .flatMap(each -> map.segmentOf(each.wire()).stream())
        .distinct()
        .toList();
  }

  /// The writable registers of a device by key, in the order of its file.
  static Map<String, WriteTarget> of(Device device) {
    Map<String, RegisterSpec> byKey = new HashMap<>();
    device.map().registers().forEach(spec -> byKey.put(spec.key(), spec));
    Map<String, WriteTarget> targets = new LinkedHashMap<>();
    for (RegisterSpec spec : device.map().registers()) {
      if (spec.access() == Access.READ_WRITE && spec.source() instanceof WireSource) {
        @Nullable String scale = spec.scaling().scaleRegister();
        targets.put(
            spec.key(), new WriteTarget(device, spec, scale == null ? null : byKey.get(scale)));
      }
    }
    return targets;
  }

  Device device() {
    return device;
  }

  String key() {
    return codec.spec().key();
  }

  RegisterCodec codec() {
    return codec;
  }

  Writing writing() {
    return writing;
  }

  WireSource wire() {
    return codec.wire();
  }

  /// The functions to try, the likeliest first.
  List<WriteWay> ways() {
    return ways;
  }

  /// The device took this one: it comes first from now on.
  void learn(WriteWay taken) {
    List<WriteWay> sorted = new ArrayList<>(ways);
    sorted.remove(taken);
    sorted.addFirst(taken);
    ways = List.copyOf(sorted);
  }

  /// The models of the device that it and its scale factor lie in, as the map has them.
  List<AddressSegment> segments() {
    return segments;
  }

  /// Whether its scale factor stands in another register.
  boolean isScaled() {
    return factor != null;
  }

  /// Whether a write is made from what was read on a connection, and may go over no other.
  boolean isBound() {
    return isScaled() || !segments.isEmpty();
  }

  /// What a write waits for, for people.
  String awaited() {
    if (!segments.isEmpty()) {
      return segments.getFirst().title();
    }
    return factor == null ? "its register to be read" : "its scale factor";
  }

  String title() {
    return "register " + key();
  }

  Place place() {
    return Place.of(wire());
  }

  @Nullable Place factorPlace() {
    return factor == null ? null : Place.of(factor.wire());
  }

  /// Register and scale factor in one request; null if there is no such request.
  @Nullable Place together() {
    @Nullable Place other = factorPlace();
    if (other == null || segments.size() > 1 || !sameSegment(other)) {
      return null;
    }
    Place both = place().with(other);
    return both.count() <= PlanRules.of(device).largest(both) ? both : null;
  }

  private boolean sameSegment(Place other) {
    return segments.stream()
        .allMatch(each -> each.contains(wire()) && each.contains(other.table(), other.address()));
  }

  /// Whether the device is known not to give it in one answer with what stands beside it.
  boolean isApart() {
    return apart;
  }

  void learnApart() {
    apart = true;
  }

  /// Register and scale factor out of one answer.
  Reading split(Words all, Stand stand) {
    Place both = Objects.requireNonNull(stand.both());
    Place scale = Objects.requireNonNull(stand.factor());
    return new Reading(part(all, both, stand.words()), factor(part(all, both, scale)));
  }

  /// The words of a place out of those of a larger one.
  static Words part(Words all, Place whole, Place part) {
    int from = part.address() - whole.address();
    return Words.of(IntStream.range(from, from + part.count()).map(all::unsigned).toArray());
  }

  /// What the scale-factor register says.
  long factor(Words words) {
    return Objects.requireNonNull(factor).raw(words.toArray(), 0);
  }

  /// Whether that is a scale factor.
  boolean isFactor(long raw) {
    return factor == null || (factor.check(raw) == QualityReason.NONE && ScaleFactor.isValid(raw));
  }

  /// Refuses what cannot be written, as far as that can be said before anything is read.
  ///
  /// @throws IllegalArgumentException naming register, value and bound, or saying why it cannot be
  ///   written at all
  void check(double value) {
    if (isScaled()) {
      codec.checkNumber(value);
    } else {
      encode(value, 0);
    }
  }

  /// The words for a value; bits that belong to others are 0.
  ///
  /// @param raw what the scale-factor register says; 0 where the scale is fixed
  /// @throws IllegalArgumentException naming register, value and bound
  Words encode(double value, long raw) {
    short[] words = new short[codec.wire().words()];
    if (factor == null) {
      return present(codec.encodeInto(words, value), value);
    }
    if (!isFactor(raw)) {
      throw new IllegalArgumentException(
          title() + ": its scale factor " + factor.spec().key() + " " + faultOf(raw));
    }
    return present(codec.encodeAtMost(words, value, (int) raw), value);
  }

  private static String faultOf(long raw) {
    return raw == Reading.UNSTEADY
        ? "changes while it is read"
        : "reads %d, which is none in %d..%d".formatted(raw, ScaleFactor.LEAST, ScaleFactor.MOST);
  }

  /// A device takes the number for "not there" as an order to switch something off, or worse.
  private Words present(short[] words, double value) {
    long raw = codec.raw(words, 0);
    if (codec.isAbsent(raw)) {
      throw new IllegalArgumentException(
          title() + ": " + value + " is raw " + raw + ", which means that there is no value");
    }
    return Words.copyOf(words);
  }

  /// Whether two values are the same to the register, as far as that can be said before its scale
  /// factor is read.
  boolean isSame(double one, double other) {
    return isScaled() ? one == other : holds(encode(one, 0), encode(other, 0));
  }

  /// Whether this way needs to know the other bits of the words first.
  boolean needsCurrent(WriteWay way) {
    return codec.isShared() && way != WriteWay.MASK;
  }

  /// The words to send: the wanted ones, with the others' bits as they are.
  Words merge(Words wanted, Words current) {
    int[] merged = new int[own.size()];
    for (int i = 0; i < merged.length; i++) {
      merged[i] = (wanted.unsigned(i) & own.unsigned(i)) | (current.unsigned(i) & ~own.unsigned(i));
    }
    return Words.of(merged);
  }

  /// Whether the register has the wanted value; bits of others do not count.
  boolean holds(Words read, Words wanted) {
    for (int i = 0; i < own.size(); i++) {
      if (((read.unsigned(i) ^ wanted.unsigned(i)) & own.unsigned(i)) != 0) {
        return false;
      }
    }
    return true;
  }

  /// @param address where the register stands on the wire
  ModbusRequest.Write request(WriteWay way, int address, Words words) {
    int unit = device.unit();
    return switch (way) {
      case COIL -> new ModbusRequest.WriteCoil(unit, address, words.unsigned(0) != 0);
      case COILS -> new ModbusRequest.WriteCoils(unit, address, Bits.of(words.unsigned(0) != 0));
      case SINGLE -> new ModbusRequest.WriteRegister(unit, address, words.unsigned(0));
      case MULTIPLE -> new ModbusRequest.WriteRegisters(unit, address, words);
      case MASK -> ModbusRequest.MaskWrite.bits(unit, address, own.unsigned(0), words.unsigned(0));
    };
  }

  /// Value and raw words for people: `12.5 A (raw 007D)`, `12.5 A (raw 007D, scale factor -1)`.
  String describe(Words words, long raw) {
    if (!isFactor(raw)) {
      return "raw " + hex(words) + ", whose scale factor " + faultOf(raw);
    }
    double value = codec.value(codec.raw(words.toArray(), 0), (int) raw);
    String with = isScaled() ? ", scale factor " + raw : "";
    return withUnit(value) + " (raw " + hex(words) + with + ")";
  }

  /// The same for a value that is wanted, as far as its words are known.
  String describe(double value) {
    return isScaled() ? withUnit(value) : describe(encode(value, 0), 0);
  }

  private String withUnit(double value) {
    String unit = codec.spec().presentation().unit();
    return value + (unit.isEmpty() ? "" : " " + unit);
  }

  static String hex(Words words) {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      all.add(HEX.toHexDigits(words.at(i)));
    }
    return String.join(" ", all);
  }

  /// One line for `voltbus check`.
  String plan() {
    StringBuilder line = new StringBuilder(key()).append(": ").append(wire().place());
    if (codec.isShared()) {
      line.append(" mask ").append(hex(own));
    }
    segments.stream().map(AddressSegment::title).forEach(in -> line.append(", in ").append(in));
    line.append(segments.isEmpty() ? "" : " wherever that is found");
    if (factor != null) {
      line.append(", scaled by ").append(factor.spec().key()).append(", read before");
    }
    line.append(", ").append(WriteWay.describe(ways, codec.isShared()));
    line.append(
        writing.readBack()
            ? ", settles within " + writing.settle().toMillis() + " ms"
            : ", not read back");
    if (writing.storage() == Writing.Storage.FLASH) {
      line.append(", flash, at most ").append(writing.writesPerDay()).append(" writes a day");
    } else if (writing.skipEqual()) {
      line.append(", equal values skipped");
    }
    return line.toString();
  }
}
