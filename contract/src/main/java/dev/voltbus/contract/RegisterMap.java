package dev.voltbus.contract;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The register map of a device type, as its device file states it.
///
/// @param model name of the device type
/// @param registers rows in the order of the file, keys unique
/// @param groups poll groups in order; every register names one of them
/// @param limits what the device accepts in one read
public record RegisterMap(
    String model, List<RegisterSpec> registers, List<PollGroup> groups, ReadLimits limits) {

  public RegisterMap {
    registers = List.copyOf(registers);
    groups = List.copyOf(groups);
    checkKeys(model, registers);
    checkGroups(model, registers, groups);
  }

  public RegisterMap withGroups(List<PollGroup> replaced) {
    return new RegisterMap(model, registers, replaced, limits);
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
