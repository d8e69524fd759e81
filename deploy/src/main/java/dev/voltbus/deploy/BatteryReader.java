package dev.voltbus.deploy;

import dev.voltbus.contract.Control;
import dev.voltbus.contract.Control.BatteryTarget;
import dev.voltbus.contract.Control.DeviceTimer;
import dev.voltbus.contract.Control.FixedWrite;
import dev.voltbus.contract.Control.LimitTarget;
import dev.voltbus.contract.Control.Pace;
import dev.voltbus.contract.Control.Unit;
import dev.voltbus.contract.Control.ValueRef;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads how one battery of the section `control` is limited.
final class BatteryReader {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration LONGEST_LOST_AFTER = Duration.ofHours(1);
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

  private final ControlRegisters registers;
  private final String name;
  private final Section section;

  BatteryReader(ControlRegisters registers, String name, Section section) {
    this.registers = registers;
    this.name = name;
    this.section = section;
  }

  /// The battery, or nothing after a fault was added.
  Optional<BatteryTarget> read() {
    int before = section.faults().count();
    if (!section.has("charge") && !section.has("discharge")) {
      section.fault("`charge`, `discharge` or both must say which register limits the current");
    }
    Set<String> commands = commands();
    @Nullable LimitTarget charge = limit("charge", commands);
    @Nullable LimitTarget discharge = limit("discharge", commands);
    @Nullable DeviceTimer timer = section.has("timer") ? timer(section.section("timer")) : null;
    List<FixedWrite> with =
        section.list("with").stream()
            .flatMap(write -> registers.fixed(write, name).stream())
            .toList();
    @Nullable ValueRef current = measured("current", "A");
    @Nullable ValueRef voltage = measured("voltage", "V");
    Stream.of(charge, discharge).filter(Objects::nonNull).forEach(this::checkVoltage);
    @Nullable FixedWrite reset =
        section.has("reset") ? registers.fixed(section.section("reset"), name).orElse(null) : null;
    Pace pace = pace();
    // Of a device whose own file is at fault nothing more is said here.
    boolean isIncomplete =
        (section.has("charge") && charge == null)
            || (section.has("discharge") && discharge == null);
    if (section.faults().count() > before || isIncomplete) {
      return Optional.empty();
    }
    return Optional.of(
        new BatteryTarget(
            name, charge, discharge, timer, with, current, voltage, reset, commands, pace));
  }

  private Set<String> commands() {
    Set<String> usual = new HashSet<>(Control.COMMANDS);
    if (!section.has("reset")) {
      usual.remove(Control.BMSRESET);
    }
    @Nullable String missing = missingDirection();
    if (missing != null) {
      usual.removeAll(Control.NEED_BOTH_DIRECTIONS);
    }
    if (!section.has("commands")) {
      return usual;
    }
    List<String> named = section.texts("commands");
    int reset = named.indexOf(Control.BMSRESET);
    if (reset >= 0 && !section.has("reset")) {
      section.fault("commands", reset, "BMSRESET needs `reset`, the value that it writes");
    }
    for (int i = 0; i < named.size() && missing != null; i++) {
      if (Control.NEED_BOTH_DIRECTIONS.contains(named.get(i))) {
        section.fault("commands", i, named.get(i) + " needs `" + missing + "` too: it limits both");
      }
    }
    return Set.copyOf(new HashSet<>(named));
  }

  /// The one direction that no register limits, or null.
  private @Nullable String missingDirection() {
    return Stream.of("charge", "discharge")
        .filter(direction -> !section.has(direction))
        .findFirst()
        .orElse(null);
  }

  private @Nullable LimitTarget limit(String direction, Set<String> commands) {
    if (!section.has(direction)) {
      return null;
    }
    boolean mustHoldZero = commands.contains(Control.PAUSE) || commands.contains(Control.STOP);
    return new LimitReader(registers, name, section.section(direction), mustHoldZero)
        .read(direction + " limit of " + name)
        .orElse(null);
  }

  private @Nullable DeviceTimer timer(Section timer) {
    Optional<ControlRegister> found = registers.writable(timer, name);
    if (found.isEmpty()) {
      return null;
    }
    ControlRegister register = found.get();
    registers.claim(timer, register, "timer of " + name);
    if (!register.unit().equals("s")) {
      timer.fault("register", ControlRegisters.counts(register) + "; a timer counts in s");
    } else if (!register.takes(0) || !register.takes(1)) {
      timer.fault(
          "register",
          register.ref()
              + " cannot hold 0, which switches it off, and 1: it takes "
              + register.range());
    }
    double longest = Math.min(Integer.MAX_VALUE, register.greatest());
    return new DeviceTimer(register.ref(), Duration.ofSeconds((long) longest));
  }

  private @Nullable ValueRef measured(String key, String unit) {
    return section.has(key)
        ? registers
            .measured(section.section(key), name, unit)
            .map(ControlRegister::ref)
            .orElse(null)
        : null;
  }

  private void checkVoltage(LimitTarget limit) {
    if (section.has("voltage")) {
      return;
    }
    boolean ofRating =
        limit.rating() != null && Objects.requireNonNull(limit.rating()).unit() == Unit.WATT;
    if (limit.unit() == Unit.WATT || ofRating) {
      section.fault(
          "voltage",
          "required, but missing here: "
              + limit.register()
              + " counts in W"
              + (ofRating ? " of its rating" : ""));
    } else if (limit.allowedUnit() == Unit.WATT) {
      section.fault("voltage", "required, but missing here: " + limit.allowed() + " counts in W");
    }
  }

  private Pace pace() {
    Pace usual = Pace.USUAL;
    return new Pace(
        section.duration("lost-after", usual.lostAfter(), SECOND, LONGEST_LOST_AFTER),
        section.duration("grace", usual.grace(), SECOND, LONGEST_WAIT),
        section.duration("stop-within", usual.stopWithin(), SECOND, LONGEST_WAIT),
        section.decimal("low-current", BigDecimal.valueOf(usual.lowCurrent())).doubleValue());
  }
}
