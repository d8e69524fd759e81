package dev.voltbus.contract;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The register map of a device type, as its device file states it.
///
/// @param model name of the device type
/// @param registers rows in the order of the file, keys unique
/// @param groups poll groups in order; every register names one of them
/// @param limits what the device accepts in one read
/// @param writing how writable registers are written, by key; one that is not here is written in
///   the usual way. Only the owner of the link needs it, so it is no part of the map's binary form
/// @param keepAlive registers the device wants written again and again; no part of it either
/// @param segments parts of the map that the device may hold elsewhere, none overlapping another
public record RegisterMap(
    String model,
    List<RegisterSpec> registers,
    List<PollGroup> groups,
    ReadLimits limits,
    Map<String, Writing> writing,
    List<KeepAlive> keepAlive,
    List<AddressSegment> segments) {

  public RegisterMap {
    registers = List.copyOf(registers);
    groups = List.copyOf(groups);
    writing = Map.copyOf(writing);
    keepAlive = List.copyOf(keepAlive);
    segments = List.copyOf(segments);
    checkKeys(model, registers);
    checkGroups(model, registers, groups);
    checkWriting(model, registers, writing);
    checkScaleRegisters(model, registers);
    checkSegments(model, segments);
  }

  /// A map whose registers are written in the usual way.
  public RegisterMap(
      String model, List<RegisterSpec> registers, List<PollGroup> groups, ReadLimits limits) {
    this(model, registers, groups, limits, Map.of(), List.of());
  }

  /// A map whose registers stand where it says.
  public RegisterMap(
      String model,
      List<RegisterSpec> registers,
      List<PollGroup> groups,
      ReadLimits limits,
      Map<String, Writing> writing,
      List<KeepAlive> keepAlive) {
    this(model, registers, groups, limits, writing, keepAlive, List.of());
  }

  public RegisterMap withGroups(List<PollGroup> replaced) {
    return new RegisterMap(model, registers, replaced, limits, writing, keepAlive, segments);
  }

  public RegisterMap withWriting(Map<String, Writing> byKey, List<KeepAlive> keptAlive) {
    return new RegisterMap(model, registers, groups, limits, byKey, keptAlive, segments);
  }

  public RegisterMap withSegments(List<AddressSegment> elsewhere) {
    return new RegisterMap(model, registers, groups, limits, writing, keepAlive, elsewhere);
  }

  /// How a register is written.
  public Writing writingOf(String key) {
    return writing.getOrDefault(key, Writing.USUAL);
  }

  private static void checkWriting(
      String model, List<RegisterSpec> registers, Map<String, Writing> writing) {
    Set<String> writable = new HashSet<>();
    for (RegisterSpec register : registers) {
      if (register.access() == Access.READ_WRITE) {
        writable.add(register.key());
      }
    }
    for (String key : writing.keySet()) {
      if (!writable.contains(key)) {
        throw new IllegalArgumentException(
            "device " + model + ": " + key + " has a way of writing but is not writable");
      }
    }
  }

  /// Keys of registers that one request has to bring together, because the one is worthless without
  /// the other: each value with its scale-factor register, in this order. A register may be in
  /// several lists.
  public List<List<String>> readTogether() {
    List<List<String>> together = new ArrayList<>();
    for (RegisterSpec register : registers) {
      @Nullable String scale = register.scaling().scaleRegister();
      if (scale != null) {
        together.add(List.of(register.key(), scale));
      }
    }
    return together;
  }

  /// The segment a register lies in, or nothing where it stands where the map says.
  public Optional<AddressSegment> segmentOf(WireSource wire) {
    return segments.stream().filter(segment -> segment.contains(wire)).findFirst();
  }

  private static void checkScaleRegisters(String model, List<RegisterSpec> registers) {
    Map<String, RegisterSpec> byKey = new HashMap<>();
    registers.forEach(register -> byKey.put(register.key(), register));
    for (RegisterSpec register : registers) {
      @Nullable String key = register.scaling().scaleRegister();
      if (key != null) {
        Optional<String> fault = register.scaleFault(byKey.get(key));
        if (fault.isPresent()) {
          throw new IllegalArgumentException(
              "device " + model + ": " + register.key() + ": " + fault.get());
        }
      }
    }
  }

  private static void checkSegments(String model, List<AddressSegment> segments) {
    for (int i = 0; i < segments.size(); i++) {
      for (AddressSegment before : segments.subList(0, i)) {
        AddressSegment segment = segments.get(i);
        boolean apart =
            segment.table() != before.table()
                || segment.nominalAddress() >= before.end()
                || before.nominalAddress() >= segment.end();
        if (!apart) {
          throw new IllegalArgumentException(
              "device " + model + ": " + segment.title() + " overlaps " + before.title());
        }
      }
    }
  }

  private static void checkKeys(String model, List<RegisterSpec> registers) {
    Set<String> seen = new HashSet<>();
    for (RegisterSpec register : registers) {
      if (register.source() instanceof Derivation derivation) {
        for (String key : derivation.of()) {
          if (!seen.contains(key)) {
            throw new IllegalArgumentException(
                "device "
                    + model
                    + ": "
                    + register.key()
                    + " is derived from "
                    + key
                    + ", which does not stand above it");
          }
        }
      }
      if (!seen.add(register.key())) {
        throw new IllegalArgumentException(
            "device " + model + ": key " + register.key() + " is used twice");
      }
    }
  }

  private static void checkGroups(
      String model, List<RegisterSpec> registers, List<PollGroup> groups) {
    Set<String> names = new HashSet<>();
    for (PollGroup group : groups) {
      if (!names.add(group.name())) {
        throw new IllegalArgumentException(
            "device " + model + ": poll group " + group.name() + " is defined twice");
      }
    }
    for (RegisterSpec register : registers) {
      if (register.source() instanceof WireSource && !names.contains(register.group())) {
        throw new IllegalArgumentException(
            "device "
                + model
                + ": "
                + register.key()
                + " is in poll group "
                + register.group()
                + ", which is not defined");
      }
    }
  }
}
