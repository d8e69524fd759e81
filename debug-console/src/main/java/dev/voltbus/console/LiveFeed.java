package dev.voltbus.console;

import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.TimeSource;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Hands changed values to the browsers, one batch for each tick, and the state of the site once a
/// second, so that a browser knows that the connection lives.
final class LiveFeed {
  private static final Logger LOG = LoggerFactory.getLogger(LiveFeed.class);

  static final int TICK_MILLIS = 250;
  static final int MOST_CLIENTS = 32;
  private static final int TICKS_A_BEAT = 1000 / TICK_MILLIS;
  private static final int MOST_DROPPED_IN_A_ROW = 30_000 / TICK_MILLIS;
  private static final short TOO_SLOW = 1013;
  private static final short GOING_AWAY = 1001;

  /// What a device showed at a tick, and what of it is new since the tick before.
  private record Shown(
      long samples, PlanView.Mark plan, List<ValueRow> rows, List<ValueRow> changed) {}

  private final SiteView site;
  private final TimeSource time;
  private final Metrics.Counter droppedBatches;
  private final Set<LiveClient> clients = new LinkedHashSet<>();
  private Map<DeviceView, Shown> before = Map.of();
  private long ticks;

  LiveFeed(SiteView site, TimeSource time, Metrics metrics) {
    this.site = site;
    this.time = time;
    this.droppedBatches =
        metrics.counter(
            "voltbus_console_dropped_batches_total",
            "Batches a slow browser did not get",
            "site",
            site.name());
    metrics.gauge(
        "voltbus_console_clients", "Browsers on the live feed", clients::size, "site", site.name());
  }

  boolean isCrowded() {
    return clients.size() >= MOST_CLIENTS;
  }

  /// Adds a browser; it gets everything at the next tick.
  void add(ServerWebSocket socket, List<DeviceView> watched) {
    LiveClient client = new LiveClient(socket, watched);
    clients.add(client);
    socket.closeHandler(closed -> clients.remove(client));
  }

  /// Sends what changed since the last call.
  void tick() {
    if (clients.isEmpty()) {
      before = Map.of();
      return;
    }
    long now = time.monotonicNanos();
    boolean beat = ticks++ % TICKS_A_BEAT == 0;
    Map<DeviceView, Shown> current = new HashMap<>();
    clients.removeIf(LiveClient::isClosed);
    for (LiveClient client : List.copyOf(clients)) {
      client.watched().forEach(view -> current.computeIfAbsent(view, wanted -> look(wanted, now)));
      serve(client, current, beat, now);
    }
    before = current;
  }

  void close() {
    List.copyOf(clients).forEach(client -> client.close(GOING_AWAY, "the gateway stops"));
  }

  private Shown look(DeviceView view, long now) {
    List<ValueRow> rows = view.rows(now);
    PlanView.Mark plan = view.plan().mark(now);
    @Nullable Shown old = before.get(view);
    if (old == null || old.rows().size() != rows.size()) {
      return new Shown(view.samples(), plan, rows, rows);
    }
    List<ValueRow> changed =
        IntStream.range(0, rows.size())
            .filter(at -> !rows.get(at).equals(old.rows().get(at)))
            .mapToObj(rows::get)
            .toList();
    return new Shown(view.samples(), plan, rows, changed);
  }

  private void serve(LiveClient client, Map<DeviceView, Shown> current, boolean beat, long now) {
    JsonArray devices = new JsonArray();
    for (DeviceView view : client.watched()) {
      @Nullable Shown shown = current.get(view);
      if (shown != null && (client.needsAll() || isNew(view, shown))) {
        devices.add(deviceJson(view, shown, client.needsAll(), now));
      }
    }
    if (devices.isEmpty() && !beat && !client.needsAll()) {
      return;
    }
    if (client.isFull()) {
      drop(client);
      return;
    }
    boolean all = client.needsAll();
    JsonObject message = new JsonObject().put("type", all ? "full" : "change");
    if (all || beat) {
      message.put("site", site.toJson(now));
    }
    client.send(message.put("devices", devices));
  }

  private boolean isNew(DeviceView view, Shown shown) {
    @Nullable Shown old = before.get(view);
    return old == null
        || old.samples() != shown.samples()
        || !shown.changed().isEmpty()
        || hasNewPlan(view, shown);
  }

  private boolean hasNewPlan(DeviceView view, Shown shown) {
    @Nullable Shown old = before.get(view);
    return old == null || !old.plan().equals(shown.plan());
  }

  private JsonObject deviceJson(DeviceView view, Shown shown, boolean all, long now) {
    JsonArray values = new JsonArray();
    (all ? shown.rows() : shown.changed()).forEach(row -> values.add(row.toJson()));
    JsonObject json =
        new JsonObject()
            .put("device", view.name())
            .put("ages_ms", view.agesJson(now))
            .put("values", values);
    return all || hasNewPlan(view, shown) ? json.put("plan", view.planJson(now)) : json;
  }

  private void drop(LiveClient client) {
    droppedBatches.increment();
    long inARow = client.drop();
    if (inARow == 1) {
      LOG.warn("client={} is too slow for the live feed, batches are dropped", client.name());
    }
    if (inARow == MOST_DROPPED_IN_A_ROW) {
      client.close(TOO_SLOW, inARow + " batches in a row could not be sent");
    }
  }
}
