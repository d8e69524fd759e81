package dev.voltbus.console;

import dev.voltbus.contract.DeviceReadPlan;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.RegisterTable;
import dev.voltbus.contract.WireSource;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A read plan as the console shows it, with the names of the registers that each request brings.
final class PlanJson {
  private final RegisterMap map;
  private final long ageMillis;

  /// @param ageMillis time since the plan came, which its times have lost
  PlanJson(RegisterMap map, long ageMillis) {
    this.map = map;
    this.ageMillis = ageMillis;
  }

  JsonObject of(DeviceReadPlan plan) {
    return new JsonObject()
        .put("standing", plan.standing().name().toLowerCase(Locale.ROOT))
        .put("rate_percent", plan.ratePercent())
        .put("limits", limits(plan.limits()))
        .put("groups", all(plan.groups(), this::group))
        .put("left_out", all(plan.leftOut(), this::leftOut))
        .put("requests_untold", plan.requestsUntold())
        .put("left_out_untold", plan.leftOutUntold());
  }

  private static <T> JsonArray all(List<T> items, Function<T, JsonObject> form) {
    JsonArray array = new JsonArray();
    items.forEach(item -> array.add(form.apply(item)));
    return array;
  }

  private JsonObject limits(DeviceReadPlan.Limits limits) {
    int doubted = limits.doubtedInMillis();
    return new JsonObject()
        .put("largest_block", limits.largestBlock())
        .put("configured_block", limits.configuredBlock())
        .put("largest_gap", limits.largestGap())
        .put("configured_gap", limits.configuredGap())
        .put("worthwhile_gap", limits.worthwhileGap())
        .put("doubted_in_ms", doubted == 0 ? null : Long.valueOf(left(doubted)));
  }

  private long left(int millis) {
    return Math.max(0, millis - ageMillis);
  }

  private JsonObject group(DeviceReadPlan.Group group) {
    List<RegisterSpec> registers = registersOf(group.name());
    return new JsonObject()
        .put("group", group.name())
        .put("period_ms", group.periodMillis())
        .put("requests", all(group.requests(), request -> request(request, registers)));
  }

  /// The registers of a group, and the scale factors that are read with them.
  private List<RegisterSpec> registersOf(String group) {
    Set<@Nullable String> scales = new HashSet<>();
    for (RegisterSpec register : map.registers()) {
      if (register.group().equals(group)) {
        scales.add(register.scaling().scaleRegister());
      }
    }
    return map.registers().stream()
        .filter(register -> register.group().equals(group) || scales.contains(register.key()))
        .toList();
  }

  private static JsonObject request(DeviceReadPlan.Request request, List<RegisterSpec> registers) {
    List<String> keys =
        registers.stream()
            .filter(register -> brings(request, register))
            .map(RegisterSpec::key)
            .toList();
    return place(request.table(), request.address(), request.count())
        .put("registers", request.registers())
        .put("keys", new JsonArray(keys))
        .put("bracket", request.bracket())
        .put("reason", request.reason());
  }

  private static boolean brings(DeviceReadPlan.Request request, RegisterSpec register) {
    return register.source() instanceof WireSource wire
        && wire.table() == request.table()
        && wire.address() >= request.address()
        && wire.address() + wire.words() <= request.address() + request.count();
  }

  private static JsonObject place(RegisterTable table, int address, int count) {
    return new JsonObject().put("table", table.word()).put("address", address).put("count", count);
  }

  private JsonObject leftOut(DeviceReadPlan.LeftOut place) {
    return place(place.table(), place.address(), place.count())
        .put("keys", new JsonArray(place.keys()))
        .put("reason", place.reason())
        .put("refusals", place.refusals())
        .put("asked_again_in_ms", left(place.askedAgainInMillis()));
  }
}
