package dev.voltbus.deploy;

import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.UnitOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a device file says.
///
/// @param map register map with the file's own poll periods
/// @param unit usual unit id, or null if the file states none
/// @param options how such a device usually wants to be asked
/// @param pushed how its values are pushed, or null for a Modbus device
record DeviceType(
    RegisterMap map,
    @Nullable Integer unit,
    UnitOptions options,
    PushedRows.@Nullable Form pushed) {

  /// The register map with other periods for some poll groups. Ages that the file sets itself are
  /// kept where they are longer than the ones that follow from the new period.
  RegisterMap withPeriods(Map<String, Duration> periods) {
    List<PollGroup> groups = new ArrayList<>();
    for (PollGroup group : map.groups()) {
      Duration period = periods.get(group.name());
      groups.add(period == null ? group : withPeriod(group, period));
    }
    return map.withGroups(groups);
  }

  private static PollGroup withPeriod(PollGroup group, Duration period) {
    PollGroup plain = PollGroup.every(group.name(), period);
    if (group.equals(PollGroup.every(group.name(), group.period()))) {
      return plain;
    }
    return new PollGroup(
        group.name(),
        period,
        longer(plain.staleAfter(), group.staleAfter()),
        longer(plain.unavailableAfter(), group.unavailableAfter()));
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }
}
