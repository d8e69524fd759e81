package dev.voltbus.console;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.Quality;
import dev.voltbus.contract.ReceivedSnapshot;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.TimeSource;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// What the console knows of one device: its last snapshot and its read plan, ageing.
final class DeviceView {
  private static final Comparator<ValueRow> BY_ADDRESS =
      Comparator.comparing(
          ValueRow::address, Comparator.nullsLast(Comparator.<Integer>naturalOrder()));

  private final Device device;
  private final TimeSource time;
  private final Map<Figure, Integer> figures = new EnumMap<>(Figure.class);
  private final PlanView plan;
  private SnapshotLayout layout;
  private @Nullable ReceivedSnapshot last;
  private @Nullable DeviceSnapshot waiting;
  private long waitingSince;
  private long samples;

  /// Begins with the layout of the site file; snapshots may turn out to have another one.
  DeviceView(Device device, TimeSource time) {
    this.device = device;
    this.time = time;
    this.plan = new PlanView(time);
    this.layout = SnapshotLayout.of(device.map());
    findFigures();
  }

  private void findFigures() {
    figures.clear();
    for (Figure figure : Figure.values()) {
      int index = figure.in(layout);
      if (index >= 0) {
        figures.put(figure, index);
      }
    }
  }

  String name() {
    return device.name();
  }

  String link() {
    return device.link();
  }

  /// How it is read.
  PlanView plan() {
    return plan;
  }

  JsonObject planJson(long nowNanos) {
    return plan.toJson(layout.map(), nowNanos);
  }

  /// Number of snapshots shown so far.
  long samples() {
    return samples;
  }

  /// True while a snapshot is here that cannot be read, because its layout is not known.
  boolean waitsForLayout() {
    return waiting != null;
  }

  /// Takes a snapshot in, unless it comes from a former owner of the link or is older than the one
  /// shown.
  void accept(DeviceSnapshot snapshot) {
    plan.heard(snapshot.token());
    if (isOlder(snapshot)) {
      return;
    }
    long now = time.monotonicNanos();
    if (snapshot.layoutId() == layout.id()) {
      show(new ReceivedSnapshot(snapshot, layout, now));
    } else {
      waiting = snapshot;
      waitingSince = now;
    }
  }

  private boolean isOlder(DeviceSnapshot snapshot) {
    @Nullable ReceivedSnapshot shown = last;
    if (shown == null) {
      return false;
    }
    DeviceSnapshot before = shown.snapshot();
    return snapshot.token() < before.token()
        || (snapshot.token() == before.token()
            && snapshot.epoch() == before.epoch()
            && snapshot.sequence() < before.sequence());
  }

  /// Takes the register map in that the owner of the device's mapping works with.
  void learn(RegisterMap map) {
    @Nullable DeviceSnapshot unread = waiting;
    SnapshotLayout learned = SnapshotLayout.of(map);
    if (unread != null && unread.layoutId() == learned.id()) {
      layout = learned;
      findFigures();
      show(new ReceivedSnapshot(unread, learned, waitingSince));
    }
  }

  private void show(ReceivedSnapshot snapshot) {
    last = snapshot;
    samples++;
    waiting = null;
  }

  /// All values by address, those without address last; empty before the first snapshot.
  List<ValueRow> rows(long nowNanos) {
    @Nullable ReceivedSnapshot shown = last;
    if (shown == null) {
      return List.of();
    }
    return IntStream.range(0, shown.layout().size())
        .mapToObj(index -> ValueRow.of(shown, index, nowNanos))
        .sorted(BY_ADDRESS)
        .toList();
  }

  /// Age of each poll group in milliseconds; a group that was never read is left out.
  JsonObject agesJson(long nowNanos) {
    JsonObject ages = new JsonObject();
    @Nullable ReceivedSnapshot shown = last;
    if (shown != null) {
      for (int i = 0; i < shown.layout().size(); i++) {
        int group = shown.layout().groupOf(i);
        if (shown.snapshot().readAt(group) != 0) {
          ages.put(groupName(shown, group), shown.ageMillis(i, nowNanos));
        }
      }
    }
    return ages;
  }

  /// All values with the age of each.
  List<JsonObject> valuesJson(long nowNanos) {
    JsonObject ages = agesJson(nowNanos);
    List<JsonObject> values = new ArrayList<>();
    for (ValueRow row : rows(nowNanos)) {
      @Nullable String group = row.group();
      values.add(
          row.toJson()
              .put("age_ms", group == null ? null : ages.getLong(group))
              .put("read_at", group == null ? null : readAt(group)));
    }
    return values;
  }

  private @Nullable String readAt(String group) {
    @Nullable ReceivedSnapshot shown = last;
    if (shown == null) {
      return null;
    }
    return IntStream.range(0, shown.snapshot().groups())
        .filter(at -> groupName(shown, at).equals(group))
        .mapToObj(at -> Instant.ofEpochMilli(shown.snapshot().readAt(at)).toString())
        .findFirst()
        .orElse(null);
  }

  private static String groupName(ReceivedSnapshot shown, int group) {
    return shown.layout().map().groups().get(group).name();
  }

  /// Age of the newest read in milliseconds, or null before the first.
  private @Nullable Long sampleAge(long nowNanos) {
    return agesJson(nowNanos).stream()
        .map(entry -> (Long) entry.getValue())
        .min(Comparator.naturalOrder())
        .orElse(null);
  }

  /// The best quality among the values.
  DeviceState state(long nowNanos) {
    @Nullable ReceivedSnapshot shown = last;
    if (shown == null) {
      return waiting == null ? DeviceState.WAITING : DeviceState.UNREADABLE;
    }
    boolean stale = false;
    for (int i = 0; i < shown.layout().size(); i++) {
      Quality quality = shown.quality(i, nowNanos);
      if (quality == Quality.GOOD) {
        return DeviceState.LIVE;
      }
      stale |= quality == Quality.STALE;
    }
    return stale ? DeviceState.STALE : DeviceState.UNAVAILABLE;
  }

  /// What the device's card shows.
  JsonObject toJson(long nowNanos) {
    DeviceState state = state(nowNanos);
    return new JsonObject()
        .put("device", device.name())
        .put("link", device.link())
        .put("unit_id", device.unit())
        .put("model", layout.map().model())
        .put("state", state.word())
        .put("reason", state.reason())
        .put("sample_age_ms", sampleAge(nowNanos))
        .put("values", countsJson(nowNanos))
        .put("figures", figuresJson(nowNanos));
  }

  private JsonObject countsJson(long nowNanos) {
    int[] counts = new int[Quality.values().length];
    @Nullable ReceivedSnapshot shown = last;
    if (shown != null) {
      for (int i = 0; i < shown.layout().size(); i++) {
        counts[shown.quality(i, nowNanos).ordinal()]++;
      }
    }
    return new JsonObject()
        .put("good", counts[Quality.GOOD.ordinal()])
        .put("stale", counts[Quality.STALE.ordinal()])
        .put("bad", counts[Quality.BAD.ordinal()]);
  }

  private JsonObject figuresJson(long nowNanos) {
    JsonObject json = new JsonObject();
    @Nullable ReceivedSnapshot shown = last;
    if (shown != null) {
      figures.forEach(
          (figure, index) -> json.put(figure.word(), ValueRow.of(shown, index, nowNanos).toJson()));
    }
    return json;
  }
}
