package dev.voltbus.command;

import dev.voltbus.command.BatteryControl.Bounds;
import dev.voltbus.command.BatteryControl.Mode;
import dev.voltbus.contract.Limits;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What must survive the end of a process: mode, who paused, running limits with their ends, in
/// wall time. Of several copies the one with the highest (token, revision) counts.
///
/// @param token fencing token of the owner that wrote it
/// @param revision grows with each change under one token
/// @param batteries by name
/// @param seen signed commands of the last seconds, by the wall time at which they came
record SavedControl(
    long token, long revision, Map<String, Battery> batteries, Map<String, Long> seen) {
  private static final Comparator<SavedControl> AGE =
      Comparator.comparingLong(SavedControl::token).thenComparingLong(SavedControl::revision);

  /// @param limit null if none runs
  record Battery(Mode mode, Set<Authority> pausedBy, @Nullable Limit limit) {
    Battery {
      pausedBy = Set.copyOf(pausedBy);
    }

    private Battery movedBy(long millis) {
      return new Battery(mode, pausedBy, limit == null ? null : limit.movedBy(millis));
    }
  }

  /// @param charge A, or null for the base
  /// @param discharge A, or null for the base
  /// @param command that set it
  /// @param endMillis wall time of its end
  record Limit(
      @Nullable Double charge, @Nullable Double discharge, Command command, long endMillis) {
    Limits asked() {
      return new Limits(charge, discharge);
    }

    private Limit movedBy(long millis) {
      return new Limit(charge, discharge, command.movedBy(millis), endMillis + millis);
    }
  }

  /// The command that set a limit: who sent it is told how it ends.
  ///
  /// @param setMillis wall time at which it came
  /// @param id of the request
  /// @param origin publication that it came through; empty where nobody waits for a result
  /// @param correlation id that the sender gave it; empty if none
  record Command(long setMillis, String id, String origin, String correlation) {
    static final Command NONE = new Command(0, "", "", "");

    private Command movedBy(long millis) {
      return new Command(setMillis + millis, id, origin, correlation);
    }
  }

  SavedControl {
    batteries = Map.copyOf(batteries);
    seen = Map.copyOf(seen);
  }

  /// A state without signed commands.
  SavedControl(long token, long revision, Map<String, Battery> batteries) {
    this(token, revision, batteries, Map.of());
  }

  /// Of copies of the same state the first one counts.
  static Optional<SavedControl> newest(List<SavedControl> copies) {
    return copies.stream().reduce((first, next) -> next.isNewerThan(first) ? next : first);
  }

  boolean isNewerThan(SavedControl other) {
    return AGE.compare(this, other) > 0;
  }

  /// Whether it is the same state, by whatever clock.
  boolean isSameAs(SavedControl other) {
    return AGE.compare(this, other) == 0;
  }

  // ---- from and to control

  /// @param nowNanos monotonic time of now
  /// @param nowMillis wall time of now
  /// @param command that set the limit which runs; `NONE` without one
  static Battery of(BatteryControl control, long nowNanos, long nowMillis, Command command) {
    @Nullable TimedLimit limit = control.limit();
    return new Battery(
        control.mode(),
        control.pausedBy(),
        limit == null
            ? null
            : new Limit(
                limit.charge(),
                limit.discharge(),
                command,
                nowMillis + TimeUnit.NANOSECONDS.toMillis(limit.endNanos() - nowNanos)));
  }

  /// What a process begins with. A limit whose end is past is gone, and so is one that was set
  /// later than now: the clock went back, so nobody knows how much of it is left.
  ///
  /// @param stopWithin time that a battery gets to come to its safe state
  static BatteryControl restore(
      Battery saved, Bounds bounds, long nowNanos, long nowMillis, Duration stopWithin) {
    return BatteryControl.restored(
        bounds,
        saved.mode,
        saved.pausedBy,
        limit(saved.limit, nowNanos, nowMillis),
        nowNanos + stopWithin.toNanos());
  }

  private static @Nullable TimedLimit limit(@Nullable Limit saved, long nowNanos, long nowMillis) {
    if (saved == null || saved.endMillis <= nowMillis || saved.command.setMillis > nowMillis) {
      return null;
    }
    long leftNanos = TimeUnit.MILLISECONDS.toNanos(saved.endMillis - nowMillis);
    return new TimedLimit(saved.charge, saved.discharge, nowNanos + leftNanos);
  }

  /// The same by another wall clock.
  ///
  /// @param millis by which that one is ahead
  SavedControl movedBy(long millis) {
    Map<String, Battery> moved = new TreeMap<>();
    batteries.forEach((name, battery) -> moved.put(name, battery.movedBy(millis)));
    Map<String, Long> seenMoved = new TreeMap<>();
    seen.forEach((id, when) -> seenMoved.put(id, when + millis));
    return new SavedControl(token, revision, moved, seenMoved);
  }

  // ---- as text

  String toJson() {
    JsonObject all = new JsonObject();
    new TreeMap<>(batteries).forEach((name, battery) -> all.put(name, json(battery)));
    return new JsonObject()
        .put("token", token)
        .put("revision", revision)
        .put("batteries", all)
        .put("seen", new JsonObject(new TreeMap<>(seen)))
        .encode();
  }

  private static JsonObject json(Battery battery) {
    JsonArray by = new JsonArray();
    battery.pausedBy.stream().sorted().forEach(each -> by.add(each.name()));
    JsonObject json = new JsonObject().put("mode", battery.mode.name()).put("paused_by", by);
    @Nullable Limit limit = battery.limit;
    return limit == null
        ? json
        : json.put(
            "limit",
            new JsonObject()
                .put("charge_a", limit.charge)
                .put("discharge_a", limit.discharge)
                .put("set_ms", limit.command.setMillis)
                .put("command_id", limit.command.id)
                .put("origin", limit.command.origin)
                .put("correlation_id", limit.command.correlation)
                .put("end_ms", limit.endMillis));
  }

  /// @throws IllegalArgumentException if it is not such a text
  static SavedControl parse(String text) {
    try {
      JsonObject json = new JsonObject(text);
      Map<String, Battery> batteries = new TreeMap<>();
      JsonObject all = json.getJsonObject("batteries");
      all.fieldNames().forEach(name -> batteries.put(name, battery(all.getJsonObject(name))));
      Map<String, Long> seen = new TreeMap<>();
      JsonObject ids = json.getJsonObject("seen", new JsonObject());
      ids.fieldNames().forEach(id -> seen.put(id, ids.getLong(id)));
      return new SavedControl(json.getLong("token"), json.getLong("revision"), batteries, seen);
    } catch (DecodeException | ClassCastException | NullPointerException e) {
      throw new IllegalArgumentException("not the state of a control: " + e.getMessage(), e);
    }
  }

  private static Battery battery(JsonObject json) {
    Set<Authority> by = EnumSet.noneOf(Authority.class);
    json.getJsonArray("paused_by").forEach(each -> by.add(Authority.valueOf((String) each)));
    @Nullable JsonObject limit = json.getJsonObject("limit");
    return new Battery(
        Mode.valueOf(json.getString("mode")),
        by,
        limit == null
            ? null
            : new Limit(
                limit.getDouble("charge_a"),
                limit.getDouble("discharge_a"),
                new Command(
                    limit.getLong("set_ms"),
                    limit.getString("command_id", ""),
                    limit.getString("origin", ""),
                    limit.getString("correlation_id", "")),
                limit.getLong("end_ms")));
  }
}
