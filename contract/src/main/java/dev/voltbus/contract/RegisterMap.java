package dev.voltbus.contract;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The register map of a device type, as its device file states it.
///
/// @param model name of the device type
/// @param registers rows in the order of the file, keys unique
/// @param groups poll groups in order; every register names one of them
/// @param limits what the device accepts in one read
/// @param writing how writable registers are written, by key; one that is not here is written in
///   the usual way. Only the owner of the link needs it, so it is no part of the map's binary form
/// @param keepAlive registers the device wants written again and again; no part of it either
public record RegisterMap(
    String model,
    List<RegisterSpec> registers,
    List<PollGroup> groups,
    ReadLimits limits,
    Map<String, Writing> writing,
    List<KeepAlive> keepAlive) {

  public RegisterMap {
    registers = List.copyOf(registers);
    groups = List.copyOf(groups);
    writing = Map.copyOf(writing);
    keepAlive = List.copyOf(keepAlive);
    checkKeys(model, registers);
    checkGroups(model, registers, groups);
    checkWriting(model, registers, writing);
  }

  /// A map whose registers are written in the usual way.
  public RegisterMap(
      String model, List<RegisterSpec> registers, List<PollGroup> groups, ReadLimits limits) {
    this(model, registers, groups, limits, Map.of(), List.of());
  }

  public RegisterMap withGroups(List<PollGroup> replaced) {
    return new RegisterMap(model, registers, replaced, limits, writing, keepAlive);
  }

  public RegisterMap withWriting(Map<String, Writing> byKey, List<KeepAlive> keptAlive) {
    return new RegisterMap(model, registers, groups, limits, byKey, keptAlive);
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
