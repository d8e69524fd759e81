package dev.voltbus.console;

import dev.voltbus.contract.DeviceReadPlan;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.TimeSource;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What the console knows of how a device is read: the last plan it was told, ageing.
final class PlanView {
  /// The owner of the link repeats the plan every 10 s; after three silences it may be another one.
  private static final long COUNTS_MILLIS = Duration.ofSeconds(30).toMillis();

  /// How far the plan can be believed.
  enum State {
    UNTOLD("no read plan told since this console started"),
    IN_FORCE(""),
    OLD("not repeated for 30 s, it may be another one now"),
    SUPERSEDED("the link has a new owner who has not told a plan yet");

    private final String reason;

    State(String reason) {
      this.reason = reason;
    }
  }

  /// Two equal marks mean that a reader would see the same plan, apart from what time does to it.
  ///
  /// @param told how many plans were taken in
  record Mark(State state, long told) {}

  private final TimeSource time;
  private @Nullable DeviceReadPlan last;
  private long heardNanos;
  private long told;
  private long newestToken = Long.MIN_VALUE;

  PlanView(TimeSource time) {
    this.time = time;
  }

  /// Takes a plan in, unless it comes from a former owner of the link or is older than the one
  /// shown.
  void accept(DeviceReadPlan plan) {
    heard(plan.token());
    if (plan.token() < newestToken || isOlder(plan)) {
      return;
    }
    last = plan;
    heardNanos = time.monotonicNanos();
    told++;
  }

  private boolean isOlder(DeviceReadPlan plan) {
    @Nullable DeviceReadPlan before = last;
    return before != null
        && plan.token() == before.token()
        && plan.epoch() == before.epoch()
        && plan.sequence() < before.sequence();
  }

  /// Somebody has spoken as owner of the link; plans under lower tokens no longer hold.
  void heard(long token) {
    newestToken = Math.max(newestToken, token);
  }

  Mark mark(long nowNanos) {
    return new Mark(state(nowNanos), told);
  }

  private State state(long nowNanos) {
    @Nullable DeviceReadPlan shown = last;
    if (shown == null) {
      return State.UNTOLD;
    }
    if (shown.token() < newestToken) {
      return State.SUPERSEDED;
    }
    return age(nowNanos) < COUNTS_MILLIS ? State.IN_FORCE : State.OLD;
  }

  private long age(long nowNanos) {
    return TimeUnit.NANOSECONDS.toMillis(nowNanos - heardNanos);
  }

  /// @param map names the registers
  JsonObject toJson(RegisterMap map, long nowNanos) {
    State state = state(nowNanos);
    JsonObject json =
        new JsonObject()
            .put("state", state.name().toLowerCase(Locale.ROOT))
            .put("reason", state.reason)
            .putNull("age_ms");
    @Nullable DeviceReadPlan shown = last;
    if (shown != null) {
      long age = age(nowNanos);
      json.put("age_ms", age).mergeIn(new PlanJson(map, age).of(shown));
    }
    return json;
  }
}
