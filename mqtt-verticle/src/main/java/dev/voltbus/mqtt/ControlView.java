package dev.voltbus.mqtt;

import dev.voltbus.contract.Address;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.CommandRequest.Until;
import dev.voltbus.contract.CommandResult;
import dev.voltbus.contract.Control;
import dev.voltbus.contract.ControlState;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.TimeSource;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a publication with commands shows of the control of its first device: the state on a topic,
/// events, and whether its values go out.
final class ControlView {
  private static final Logger LOG = LoggerFactory.getLogger(ControlView.class);
  private static final Duration TICK = Duration.ofMillis(500);

  private final Vertx vertx;
  private final Bus bus;
  private final TimeSource time;
  private final String site;
  private final Publication publication;
  private final String device;
  private final Outlet outlet;
  private final ControlEvents events;
  private final Consumer<CommandResult> results;
  private final Runnable valuesBack;
  private final HeardControl heard = new HeardControl();
  private final ControlTopic topic;
  private final TelemetryGate gate;
  private final List<Bus.Subscription> subscriptions = new ArrayList<>();
  private @Nullable Cycle ticking;

  private ControlView(
      Vertx vertx,
      Bus bus,
      TimeSource time,
      Site site,
      Publication publication,
      String topic,
      Outlet outlet,
      ControlEvents events,
      Consumer<CommandResult> results,
      Runnable valuesBack) {
    this.vertx = vertx;
    this.bus = bus;
    this.time = time;
    this.site = site.name();
    this.publication = publication;
    this.device = publication.devices().getFirst();
    this.outlet = outlet;
    this.events = events;
    this.results = results;
    this.valuesBack = valuesBack;
    boolean isControlled = isControlled(publication, site.control());
    this.topic = new ControlTopic(topic);
    this.gate = new TelemetryGate(isControlled);
    if (isControlled) {
      events.awaited();
    }
  }

  /// The view of a publication, or null if its contract has no commands with results.
  ///
  /// @param results told what becomes of commands after their first answer
  /// @param valuesBack told when values go out that did not before
  static @Nullable ControlView of(
      Vertx vertx,
      Bus bus,
      TimeSource time,
      Site site,
      Publication publication,
      Outlet outlet,
      ControlEvents events,
      Consumer<CommandResult> results,
      Runnable valuesBack) {
    return CommandLine.controlTopic(publication)
        .map(topic ->
            new ControlView(
                vertx, bus, time, site, publication, topic, outlet, events, results, valuesBack))
        .orElse(null);
  }

  /// Whether the first device of a publication with commands has limits to set.
  ///
  /// @param control of the site, or null if it has none
  static boolean isControlled(Publication publication, @Nullable Control control) {
    return control != null && control.battery(publication.devices().getFirst()).isPresent();
  }

  Future<Void> start() {
    ticking = Cycle.start(vertx, time, TICK, this::tick);
    subscriptions.add(bus.subscribe(Address.control(site), this::accept));
    subscriptions.add(bus.subscribe(Address.commandResults(site), this::accept));
    return Future.join(subscriptions.stream().map(Bus.Subscription::ready).toList()).mapEmpty();
  }

  Future<Void> stop() {
    if (ticking != null) {
      ticking.stop();
    }
    List<Future<Void>> cancelled = subscriptions.stream().map(Bus.Subscription::cancel).toList();
    subscriptions.clear();
    return Future.join(cancelled).mapEmpty();
  }

  /// Whether values may go out.
  boolean isOpen() {
    return gate.isOpen();
  }

  /// Whether they do not because the battery is stopped, and not because nobody knows yet.
  boolean isStopped() {
    return gate.isStopped();
  }

  Until until(int remainingMillis) {
    return heard.until(remainingMillis, time.monotonicNanos());
  }

  void online() {
    long nanos = time.monotonicNanos();
    gate.connected(nanos);
    topic.online(nanos, outlet);
  }

  private void accept(ControlState state) {
    long nanos = time.monotonicNanos();
    if (!subscriptions.isEmpty() && heard.accept(state, nanos)) {
      heard.battery(device).ifPresent(battery -> accept(battery, nanos));
    }
  }

  private void accept(ControlState.Battery battery, long nanos) {
    boolean wasOpen = gate.isOpen();
    gate.accept(battery);
    events.heard();
    events.accept(battery);
    topic.accept(battery, nanos, outlet);
    if (gate.isOpen() && !wasOpen) {
      valuesBack.run();
    }
  }

  private void accept(CommandResult result) {
    if (subscriptions.isEmpty()) {
      return;
    }
    events.accept(result);
    if (result.about().origin().equals(publication.name())) {
      results.accept(result);
    }
  }

  private void tick() {
    long nanos = time.monotonicNanos();
    topic.tick(nanos, outlet);
    if (gate.losesPatience(nanos)) {
      String text =
          "values go out though device "
              + device
              + " is not known to have its limits: the control said nothing of it for "
              + TelemetryGate.PATIENCE.toSeconds()
              + " s";
      LOG.warn(
          "mqtt broker={} publication={} {}",
          publication.broker().name(),
          publication.name(),
          text);
      events.unheard(text);
      valuesBack.run();
    }
  }
}
