package dev.voltbus.deploy;

import dev.voltbus.contract.Health;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicReference;

/// What every part of this process last said about itself, and how far the process itself has come.
final class HealthBoard implements Health {

  /// Life of the process.
  enum Phase {
    STARTING,
    RUNNING,
    STOPPING
  }

  private static final String FINE = "";

  private final Map<String, String> parts = new ConcurrentSkipListMap<>();
  private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.STARTING);

  @Override
  public void up(String part) {
    parts.put(part, FINE);
  }

  @Override
  public void down(String part, String reason) {
    parts.put(part, reason.isEmpty() ? "down" : reason);
  }

  @Override
  public void gone(String part) {
    parts.remove(part);
  }

  /// Why a part does not work; empty if it does, or nobody said.
  String reason(String part) {
    return parts.getOrDefault(part, FINE);
  }

  /// Life goes forward only: a start that ends while the process already stops changes nothing.
  void enter(Phase next) {
    phase.accumulateAndGet(next, (now, then) -> then.compareTo(now) > 0 ? then : now);
  }

  Phase phase() {
    return phase.get();
  }

  /// True while every part works.
  boolean isWhole() {
    return parts.values().stream().allMatch(FINE::equals);
  }

  JsonObject describe() {
    JsonArray list = new JsonArray();
    parts.forEach((part, reason) -> list.add(describe(part, reason)));
    return new JsonObject()
        .put("phase", phase().name().toLowerCase(Locale.ROOT))
        .put("status", isWhole() ? "up" : "degraded")
        .put("parts", list);
  }

  private static JsonObject describe(String part, String reason) {
    JsonObject described =
        new JsonObject().put("part", part).put("status", reason.isEmpty() ? "up" : "down");
    return reason.isEmpty() ? described : described.put("reason", reason);
  }
}
