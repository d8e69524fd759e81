package dev.voltbus.acquisition;

import dev.voltbus.contract.Access;
import dev.voltbus.contract.AddressSegment;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.RegisterCodec;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.Writing;
import dev.voltbus.modbus.Bits;
import dev.voltbus.modbus.ModbusRequest;
import dev.voltbus.modbus.Words;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A writable register of a device: its words for a value, the requests that carry them, and
/// whether words read back are those that were wanted. It remembers the function that the device
/// took.
final class WriteTarget {
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private final Device device;
  private final RegisterCodec codec;
  private final Writing writing;
  private final Words own;
  private List<WriteWay> ways;

  private WriteTarget(Device device, RegisterSpec spec) {
    this.device = device;
    this.codec = RegisterCodec.of(spec);
    this.writing = device.map().writingOf(spec.key());
    this.own = Words.copyOf(codec.ownBits());
    this.ways = WriteWay.of(codec.wire(), writing.function());
  }

  /// The writable registers of a device by key, in the order of its file.
  static Map<String, WriteTarget> of(Device device) {
    Map<String, WriteTarget> targets = new LinkedHashMap<>();
    for (RegisterSpec spec : device.map().registers()) {
      if (spec.access() == Access.READ_WRITE && spec.source() instanceof WireSource) {
        targets.put(spec.key(), new WriteTarget(device, spec));
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

  /// The words for a value; bits that belong to others are 0.
  ///
  /// @throws IllegalArgumentException naming register, value and bound, or saying why it cannot be
  ///   written at all
  Words encode(double value) {
    refuseUnplaced();
    return Words.copyOf(codec.encodeInto(new short[codec.wire().words()], value));
  }

  /// A model of a SunSpec device may stand elsewhere than the map has it, and something else there.
  private void refuseUnplaced() {
    for (AddressSegment segment : device.map().segments()) {
      if (segment.contains(wire())) {
        throw new IllegalArgumentException(
            "register "
                + key()
                + ": cannot be written, because "
                + segment.title()
                + " may stand elsewhere in the device");
      }
    }
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

  ModbusRequest.Write request(WriteWay way, Words words) {
    int unit = device.unit();
    int address = wire().address();
    return switch (way) {
      case COIL -> new ModbusRequest.WriteCoil(unit, address, words.unsigned(0) != 0);
      case COILS -> new ModbusRequest.WriteCoils(unit, address, Bits.of(words.unsigned(0) != 0));
      case SINGLE -> new ModbusRequest.WriteRegister(unit, address, words.unsigned(0));
      case MULTIPLE -> new ModbusRequest.WriteRegisters(unit, address, words);
      case MASK -> ModbusRequest.MaskWrite.bits(unit, address, own.unsigned(0), words.unsigned(0));
    };
  }

  /// Value and raw words for people: `12.5 A (raw 007D)`.
  String describe(Words words) {
    short[] all = words.toArray();
    double value = codec.value(codec.raw(all, 0));
    String unit = codec.spec().presentation().unit();
    return value + (unit.isEmpty() ? "" : " " + unit) + " (raw " + hex(words) + ")";
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
