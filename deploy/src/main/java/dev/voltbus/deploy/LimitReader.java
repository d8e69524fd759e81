package dev.voltbus.deploy;

import dev.voltbus.contract.Control.LimitTarget;
import dev.voltbus.contract.Control.Rating;
import dev.voltbus.contract.Control.Unit;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads the register that limits one direction of a battery's current.
final class LimitReader {
  private static final Map<String, Unit> UNITS =
      Map.of("A", Unit.AMPERE, "W", Unit.WATT, "%", Unit.PERCENT);

  private final ControlRegisters registers;
  private final String battery;
  private final Section section;
  private final boolean mustHoldZero;

  /// @param mustHoldZero whether commands set the limit to 0
  LimitReader(ControlRegisters registers, String battery, Section section, boolean mustHoldZero) {
    this.registers = registers;
    this.battery = battery;
    this.section = section;
    this.mustHoldZero = mustHoldZero;
  }

  /// The target, or nothing after a fault was added.
  ///
  /// @param purpose what it is, for the fault of whoever wants the register too
  Optional<LimitTarget> read(String purpose) {
    int before = section.faults().count();
    double most = amperes("most", 0);
    double base = amperes("base", most);
    double safe = amperes("safe", 0);
    checkOrder(most, base, safe);
    Optional<ControlRegister> found = registers.writable(section, battery);
    Optional<Unit> unit = found.flatMap(this::unit);
    if (found.isPresent() && unit.isPresent()) {
      registers.claim(section, found.get(), purpose);
    }
    @Nullable Rating rating = unit.isPresent() ? rating(unit.get()) : null;
    Optional<ControlRegister> allowed = allowed();
    if (section.faults().count() == before && found.isPresent() && unit.isPresent()) {
      checkBounds(found.get(), perAmpere(unit.get(), rating), most, safe);
    }
    if (section.faults().count() > before || found.isEmpty() || unit.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new LimitTarget(
            found.get().ref(),
            unit.get(),
            rating,
            found.get().step(),
            found.get().least(),
            found.get().greatest(),
            base,
            most,
            safe,
            allowed.map(ControlRegister::ref).orElse(null),
            allowed.map(LimitReader::known).orElse(Unit.AMPERE)));
  }

  private double amperes(String key, double otherwise) {
    return section.decimal(key, BigDecimal.valueOf(otherwise)).doubleValue();
  }

  private void checkOrder(double most, double base, double safe) {
    if (base > most) {
      section.fault("base", text(base) + " A is above the " + text(most) + " A of `most`");
    }
    if (safe > base) {
      section.fault("safe", text(safe) + " A is above the " + text(base) + " A of `base`");
    }
  }

  private Optional<Unit> unit(ControlRegister register) {
    Optional<Unit> unit = Optional.ofNullable(UNITS.get(register.unit()));
    if (unit.isEmpty()) {
      section.fault(
          "register",
          ControlRegisters.counts(register) + "; a register that limits counts in A, W or %");
    }
    return unit;
  }

  private static Unit known(ControlRegister register) {
    return UNITS.getOrDefault(register.unit(), Unit.AMPERE);
  }

  private @Nullable Rating rating(Unit unit) {
    if (unit != Unit.PERCENT) {
      if (section.has("rating")) {
        section.fault("rating", "is for a register that counts in %");
      }
      return null;
    }
    if (!section.has("rating")) {
      section.fault(
          "rating",
          "required, but missing here: the register counts in %; say what 100 % is, such as {"
              + " value: 5000, unit: W }");
      return null;
    }
    Section rating = section.section("rating");
    return new Rating(
        rating.decimal("value", BigDecimal.ONE).doubleValue(),
        rating.text("unit").equals("W") ? Unit.WATT : Unit.AMPERE);
  }

  private Optional<ControlRegister> allowed() {
    if (!section.has("allowed")) {
      return Optional.empty();
    }
    Section value = section.section("allowed");
    Optional<ControlRegister> found = registers.number(value, battery);
    if (found.isPresent() && !found.get().unit().equals("A") && !found.get().unit().equals("W")) {
      value.fault(
          "register",
          ControlRegisters.counts(found.get()) + "; what a device allows counts in A or W");
    }
    return found;
  }

  /// What the register has for 1 A; 0 where that takes the measured voltage.
  static double perAmpere(Unit unit, @Nullable Rating rating) {
    if (unit == Unit.PERCENT && rating != null && rating.unit() == Unit.AMPERE) {
      return 100 / rating.value();
    }
    return unit == Unit.AMPERE ? 1 : 0;
  }

  private void checkBounds(ControlRegister register, double perAmpere, double most, double safe) {
    if (mustHoldZero && !register.takes(0)) {
      section.fault(
          "register",
          register.ref()
              + " cannot hold 0, which PAUSE and STOP set: it takes "
              + register.range());
      return;
    }
    if (perAmpere * most > register.greatest()) {
      section.fault("most", inRegister(most, perAmpere, register) + " is above what it takes");
    }
    if (perAmpere > 0 && perAmpere * safe < register.least()) {
      section.fault("safe", inRegister(safe, perAmpere, register) + " is below what it takes");
    }
  }

  private static String inRegister(double amperes, double perAmpere, ControlRegister register) {
    String shown =
        perAmpere == 1
            ? text(amperes) + " A"
            : text(amperes) + " A, " + text(perAmpere * amperes) + " " + register.unit() + ",";
    return shown + " in " + register.ref() + " (" + register.range() + ")";
  }

  private static String text(double number) {
    return ControlRegister.number(number);
  }
}
