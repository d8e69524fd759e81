package dev.voltbus.mqtt;

import dev.voltbus.contract.Control;
import dev.voltbus.contract.Control.BatteryTarget;
import dev.voltbus.contract.Control.LimitTarget;
import dev.voltbus.contract.Control.Unit;
import dev.voltbus.contract.Discovery;
import dev.voltbus.contract.Discovery.Command;
import dev.voltbus.contract.Discovery.Controlled;
import dev.voltbus.contract.Discovery.EachItem;
import dev.voltbus.contract.Discovery.Entity;
import dev.voltbus.contract.Discovery.ShownField;
import dev.voltbus.contract.Publication;
import java.math.BigDecimal;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which commands have an effect through a publication, as far as the site file says it.
final class CommandScope {
  /// Step of a number in A where the register's own is in another unit or not known.
  private static final double USUAL_STEP = 0.1;

  /// Home Assistant takes no smaller one.
  private static final double LEAST_STEP = 0.001;

  private final @Nullable BatteryTarget target;
  private final @Nullable Set<String> permitted;

  private CommandScope(@Nullable BatteryTarget target, @Nullable Set<String> permitted) {
    this.target = target;
    this.permitted = permitted;
  }

  /// @param control of the site, or null if it has none
  static CommandScope of(Publication publication, @Nullable Control control) {
    return control == null
        ? new CommandScope(null, null)
        : new CommandScope(
            control.battery(publication.devices().getFirst()).orElse(null),
            control.permits().get(publication.name()));
  }

  /// A discovery without the entities of what has no effect, and with numbers in their places.
  Discovery narrowed(Discovery discovery) {
    return new Discovery(
        discovery.option(),
        discovery.birthTopic(),
        discovery.qos(),
        discovery.entities().stream().filter(this::isThere).map(this::filled).toList());
  }

  private boolean isThere(Entity entity) {
    return switch (entity.needs()) {
      case Command command -> target == null || takes(target, command.name());
      case Controlled controlled -> target != null && isThere(target, controlled, entity);
      case ShownField field -> true;
      case EachItem each -> true;
    };
  }

  private boolean isThere(BatteryTarget battery, Controlled controlled, Entity entity) {
    return (controlled.command() == null || takes(battery, controlled.command()))
        && hasRange(entity, "max-charge", battery.charge())
        && hasRange(entity, "max-discharge", battery.discharge());
  }

  /// Home Assistant refuses a number from 0 to 0.
  private static boolean hasRange(Entity entity, String place, @Nullable LimitTarget limit) {
    return (limit != null && limit.most() > 0) || !entity.payload().contains(quoted(place));
  }

  private boolean takes(BatteryTarget battery, String command) {
    return battery.commands().contains(command)
        && (permitted == null || permitted.contains(command));
  }

  private Entity filled(Entity entity) {
    if (target == null || !(entity.needs() instanceof Controlled)) {
      return entity;
    }
    String payload =
        filled(
            filled(entity.payload(), "charge", target.charge()), "discharge", target.discharge());
    return new Entity(entity.topic(), payload, entity.needs(), entity.isEssential());
  }

  private static String filled(String payload, String direction, @Nullable LimitTarget limit) {
    return limit == null
        ? payload
        : payload
            .replace(quoted("max-" + direction), number(limit.most()))
            .replace(quoted("step-" + direction), number(step(limit)));
  }

  private static String quoted(String place) {
    return "\"{" + place + "}\"";
  }

  private static double step(LimitTarget limit) {
    return limit.unit() == Unit.AMPERE && limit.step() > 0
        ? Math.max(LEAST_STEP, limit.step())
        : USUAL_STEP;
  }

  private static String number(double number) {
    return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
  }
}
