package dev.voltbus.deploy;

import dev.voltbus.contract.Control;
import dev.voltbus.contract.Control.BatteryTarget;
import dev.voltbus.contract.Control.DeviceTimer;
import dev.voltbus.contract.Control.FixedWrite;
import dev.voltbus.contract.Control.LimitTarget;
import dev.voltbus.contract.Control.Rating;
import dev.voltbus.contract.Control.Unit;
import dev.voltbus.contract.Control.ValueRef;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.Writing;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What commands may do at a site, in lines for people.
final class ControlReport {
  /// What a site with `control` lacks without a state folder.
  static final String NOTHING_KEPT =
      "control: nothing is kept over a restart: limits and pauses in force, which commands were"
          + " carried out, the audit; give --state DIR to `voltbus run`";

  private final Site site;
  private final Control control;

  private ControlReport(Site site, Control control) {
    this.site = site;
    this.control = control;
  }

  /// The lines; none for a site that takes no commands.
  static List<String> of(Site site) {
    @Nullable Control control = site.control();
    return control == null ? List.of() : new ControlReport(site, control).lines();
  }

  private List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (BatteryTarget battery : control.batteries()) {
      lines.add("control of " + battery.battery() + ":");
      lines.add("  charge: " + text(battery.charge()));
      lines.add("  discharge: " + text(battery.discharge()));
      lines.add("  device timer: " + text(battery.timer()));
      wearing(battery).forEach(line -> lines.add("  " + line));
      lines.add("  commands: " + inOrder(battery.commands()) + "; " + envelope());
    }
    new TreeMap<>(control.permits())
        .forEach((name, commands) ->
            lines.add(
                "publication "
                    + name
                    + " may send "
                    + (commands.isEmpty() ? "no command" : inOrder(commands))));
    return lines;
  }

  private static String text(@Nullable LimitTarget limit) {
    if (limit == null) {
      return "no register, not limited";
    }
    String step = limit.step() == 0 ? "" : "step " + text(limit.step()) + ", ";
    return "%s in %s, %s%s..%s; base %s, most %s, safe %s%s"
        .formatted(
            limit.register(),
            unit(limit),
            step,
            text(limit.least()),
            text(limit.greatest()),
            amperes(limit, limit.base()),
            amperes(limit, limit.most()),
            amperes(limit, limit.safe()),
            limit.allowed() == null ? "" : "; at most what " + limit.allowed() + " allows");
  }

  private static String unit(LimitTarget limit) {
    @Nullable Rating rating = limit.rating();
    if (rating != null) {
      return "%% of %s %s".formatted(text(rating.value()), symbol(rating.unit()));
    }
    return symbol(limit.unit());
  }

  private static String symbol(Unit unit) {
    return switch (unit) {
      case AMPERE -> "A";
      case WATT -> "W";
      case PERCENT -> "%";
    };
  }

  /// With what it is in the register, where that is another number that does not hang on a voltage.
  private static String amperes(LimitTarget limit, double amperes) {
    double perAmpere = LimitReader.perAmpere(limit.unit(), limit.rating());
    String inA = text(amperes) + " A";
    if (perAmpere == 0) {
      return inA + " times the voltage";
    }
    return limit.unit() == Unit.AMPERE
        ? inA
        : "%s (%s %s)".formatted(inA, text(perAmpere * amperes), symbol(limit.unit()));
  }

  private static String text(@Nullable DeviceTimer timer) {
    return timer == null
        ? "none"
        : "%s, at most %d s".formatted(timer.register(), timer.longest().toSeconds());
  }

  private List<String> wearing(BatteryTarget battery) {
    Stream<ValueRef> limits = battery.directions().stream().map(LimitTarget::register);
    Stream<ValueRef> others =
        Stream.concat(battery.with().stream(), Stream.ofNullable(battery.reset()))
            .map(FixedWrite::register);
    return Stream.of(limits, Stream.ofNullable(battery.timer()).map(DeviceTimer::register), others)
        .flatMap(all -> all)
        .flatMap(this::wear)
        .distinct()
        .toList();
  }

  private Stream<String> wear(ValueRef register) {
    return site.devices().stream()
        .filter(device -> device.name().equals(register.device()))
        .map(device -> device.map().writingOf(register.key()))
        .filter(writing -> writing.storage() == Writing.Storage.FLASH)
        .map(writing -> register + " wears: at most " + writing.writesPerDay() + " writes a day");
  }

  private static String inOrder(Set<String> commands) {
    return Control.COMMANDS.stream().filter(commands::contains).collect(Collectors.joining(", "));
  }

  private String envelope() {
    return control.requireEnvelope() ? "each needs a signed envelope" : "no envelope needed";
  }

  private static String text(double number) {
    return ControlRegister.number(number);
  }
}
