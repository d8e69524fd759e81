package dev.voltbus.deploy;

import dev.voltbus.contract.Control.FixedWrite;
import dev.voltbus.contract.Control.ValueRef;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.RegisterSpec;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Finds the registers that the section `control` of a site file names.
final class ControlRegisters {
  private final List<String> deviceNames;
  private final Map<String, Device> devices;
  private final Map<String, String> owners = new HashMap<>();

  /// @param deviceNames names of all devices of the file
  /// @param devices the devices without fault
  ControlRegisters(Collection<String> deviceNames, Map<String, Device> devices) {
    this.deviceNames = List.copyOf(deviceNames);
    this.devices = Map.copyOf(devices);
  }

  /// The number a section names, or nothing after a fault was added. A device with faults of its
  /// own is left alone.
  ///
  /// @param usual device where the section names none
  Optional<ControlRegister> number(Section section, String usual) {
    String name = section.text("device", usual);
    @Nullable Device device =
        SiteReader.reference(section, "device", name, deviceNames) ? devices.get(name) : null;
    if (device == null) {
      return Optional.empty();
    }
    String key = section.text("register");
    Optional<ControlRegister> found = register(device, key);
    if (found.isEmpty()) {
      List<String> known = device.map().registers().stream().map(RegisterSpec::key).toList();
      section.fault(
          "register",
          "no register `"
              + ConfigTree.shortened(key)
              + "` in "
              + name
              + Nearest.question(key, known));
    } else if (!found.get().isNumber()) {
      section.fault("register", found.get().ref() + " is a text, not a number");
      return Optional.empty();
    }
    return found;
  }

  private static Optional<ControlRegister> register(Device device, String key) {
    return device.map().registers().stream()
        .filter(spec -> spec.key().equals(key))
        .findFirst()
        .map(spec ->
            new ControlRegister(
                new ValueRef(device.name(), key), spec, device.map().writingOf(key)));
  }

  /// The same for a register that is to be written.
  Optional<ControlRegister> writable(Section section, String usual) {
    Optional<ControlRegister> found = number(section, usual);
    if (found.isPresent() && !found.get().isWritable()) {
      section.fault(
          "register",
          found.get().ref() + " cannot be written: its device file does not say `access: rw`");
      return Optional.empty();
    }
    return found;
  }

  /// The same for a measured value, which has a unit.
  Optional<ControlRegister> measured(Section section, String usual, String unit) {
    Optional<ControlRegister> found = number(section, usual);
    if (found.isPresent() && !found.get().unit().equals(unit)) {
      section.fault("register", counts(found.get()) + ", expected is " + unit);
      return Optional.empty();
    }
    return found;
  }

  /// Says what a register counts in.
  static String counts(ControlRegister register) {
    return register.unit().isEmpty()
        ? register.ref() + " has no unit"
        : register.ref() + " counts in " + register.unit();
  }

  /// A value that is always the same.
  Optional<FixedWrite> fixed(Section section, String usual) {
    Optional<ControlRegister> found = writable(section, usual);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    ControlRegister register = found.get();
    double value = section.decimal("value", BigDecimal.ZERO).doubleValue();
    if (!register.takes(value)) {
      section.fault(
          "value",
          "%s is not in %s of %s"
              .formatted(ControlRegister.number(value), register.range(), register.ref()));
      return Optional.empty();
    }
    if (owners.containsKey(register.place())) {
      section.fault(
          "register", register.ref() + " is the " + owners.get(register.place()) + " already");
      return Optional.empty();
    }
    return Optional.of(new FixedWrite(register.ref(), value));
  }

  /// Gives a register to one purpose; a second one is a fault.
  void claim(Section section, ControlRegister register, String purpose) {
    String other = owners.putIfAbsent(register.place(), purpose);
    if (other != null) {
      section.fault("register", register.ref() + " is the " + other + " already");
    }
  }
}
