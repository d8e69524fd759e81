package dev.voltbus.console;

import dev.voltbus.contract.ControlState;
import dev.voltbus.contract.DeviceReadPlan;
import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.LinkStatus;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.TimeSource;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What the console knows of the site: links, devices, control mode.
final class SiteView {
  /// The owner of the site's control repeats its state every 2 s; after many silences the last word
  /// no longer counts.
  private static final long CONTROL_COUNTS_MILLIS = Duration.ofSeconds(30).toMillis();

  private final String name;
  private final TimeSource time;
  private final Supplier<String> notice;
  private final Map<String, LinkView> links = new LinkedHashMap<>();
  private final Map<String, DeviceView> devices = new LinkedHashMap<>();
  private @Nullable ControlState control;
  private long controlHeardNanos;

  /// @param notice what whoever looks must know of this node; empty if nothing
  SiteView(Site site, TimeSource time, Supplier<String> notice) {
    this.name = site.name();
    this.time = time;
    this.notice = notice;
    site.links().forEach(link -> links.put(link.name(), new LinkView(link, time)));
    site.devices().forEach(device -> devices.put(device.name(), new DeviceView(device, time)));
  }

  String name() {
    return name;
  }

  Collection<DeviceView> devices() {
    return devices.values();
  }

  /// The device, or null if the site has none of that name.
  @Nullable DeviceView device(String wanted) {
    return devices.get(wanted);
  }

  List<String> deviceNames() {
    return List.copyOf(devices.keySet());
  }

  /// Takes a snapshot in.
  ///
  /// @return its device, or null if this node's site file does not have it
  @Nullable DeviceView accept(DeviceSnapshot snapshot) {
    @Nullable DeviceView view = devices.get(snapshot.device());
    if (view != null) {
      view.accept(snapshot);
    }
    return view;
  }

  void accept(LinkStatus report) {
    @Nullable LinkView view = links.get(report.link());
    if (view != null) {
      view.accept(report);
      devices.values().stream()
          .filter(device -> device.link().equals(report.link()))
          .forEach(device -> device.plan().heard(report.token()));
    }
  }

  void accept(DeviceReadPlan plan) {
    @Nullable DeviceView view = devices.get(plan.device());
    if (view != null) {
      view.plan().accept(plan);
    }
  }

  /// Takes a control state in, unless it comes from a former owner or is older than the last one.
  void accept(ControlState state) {
    @Nullable ControlState before = control;
    if (before == null
        || state.token() > before.token()
        || (state.token() == before.token() && state.revision() >= before.revision())) {
      control = state;
      controlHeardNanos = time.monotonicNanos();
    }
  }

  JsonObject toJson(long nowNanos) {
    JsonArray linkList = new JsonArray();
    links.values().forEach(view -> linkList.add(view.toJson(answers(view, nowNanos), nowNanos)));
    JsonArray deviceList = new JsonArray();
    devices.values().forEach(view -> deviceList.add(view.toJson(nowNanos)));
    return new JsonObject()
        .put("site", name)
        .put("notice", notice.get())
        .put("control", controlJson(nowNanos))
        .put("links", linkList)
        .put("devices", deviceList);
  }

  private boolean answers(LinkView link, long nowNanos) {
    return devices.values().stream()
        .filter(device -> device.link().equals(link.name()))
        .anyMatch(device -> device.state(nowNanos) == DeviceState.LIVE);
  }

  private JsonObject controlJson(long nowNanos) {
    @Nullable ControlState heard = control;
    if (heard == null) {
      return new JsonObject().put("mode", "unknown").putNull("age_ms");
    }
    long age = TimeUnit.NANOSECONDS.toMillis(nowNanos - controlHeardNanos);
    ControlState.Mode mode = age < CONTROL_COUNTS_MILLIS ? heard.mode() : ControlState.Mode.UNKNOWN;
    return new JsonObject().put("mode", mode.name().toLowerCase(Locale.ROOT)).put("age_ms", age);
  }
}
