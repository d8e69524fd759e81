package dev.voltbus.mqtt;

import dev.voltbus.contract.Publication;
import dev.voltbus.contract.ReceivedSnapshot;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.VenusService;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A publication as the MQTT side of a Venus OS system (contract tinybms section 5): tells changes
/// while somebody keeps it alive, answers read requests at any time, and never does more for those
/// who ask than its budgets allow.
final class VenusPortal {
  private static final Logger LOG = LoggerFactory.getLogger(VenusPortal.class);
  private static final Duration ALIVE = Duration.ofSeconds(60);
  private static final Duration HEARTBEAT = Duration.ofSeconds(3);
  private static final int FULL_PUBLISHES_PER_SECOND = 3;
  private static final int READ_VALUES_PER_SECOND = 300;
  private static final byte[] VALUE = "\"value\":".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ECHO =
      "{\"full-publish-completed-echo\":".getBytes(StandardCharsets.US_ASCII);
  private static final String KEEPALIVE = "keepalive";
  private static final String SYSTEM = "system/0";
  private static final String SERIAL = SYSTEM + "/Serial";
  private static final String HEARTBEAT_TOPIC = "heartbeat";
  private static final String COMPLETED = "full_publish_completed";

  private final Vertx vertx;
  private final TimeSource time;
  private final Publication publication;
  private final VenusService service;
  private final Outlet outlet;
  private final Consumer<String> complaint;
  private final VenusTally tally;
  private final String requests;
  private final Topic serial;
  private final Topic heartbeat;
  private final Topic completed;
  private final RequestBudget fullPublishes;
  private final RequestBudget reads;
  private final JsonText out = new JsonText();
  private final Map<String, VenusDevice> devices = new LinkedHashMap<>();
  private @Nullable Cycle heart;
  private long askedNanos;
  private boolean isFaultSaid;

  private VenusPortal(
      Vertx vertx,
      TimeSource time,
      Publication publication,
      VenusService service,
      Outlet outlet,
      VenusTally tally,
      Consumer<String> complaint) {
    this.vertx = vertx;
    this.time = time;
    this.publication = publication;
    this.service = service;
    this.outlet = outlet;
    this.complaint = complaint;
    this.tally = tally;
    this.requests = "R/" + publication.prefix() + "/";
    this.serial = topic(SERIAL);
    this.heartbeat = topic(HEARTBEAT_TOPIC);
    this.completed = topic(COMPLETED);
    this.fullPublishes = new RequestBudget(time, FULL_PUBLISHES_PER_SECOND);
    this.reads = new RequestBudget(time, READ_VALUES_PER_SECOND);
  }

  private Topic topic(String name) {
    return topic(name, publication);
  }

  private static Topic topic(String name, Publication publication) {
    return new Topic(named(name, publication), 0, false);
  }

  private static String named(String name, Publication publication) {
    return "N/" + publication.prefix() + "/" + name;
  }

  /// The portal of a publication, or null if its contract is none of Venus OS.
  ///
  /// @param complaint told of what the contract asks for and a device cannot give
  static @Nullable VenusPortal of(
      Vertx vertx,
      TimeSource time,
      Publication publication,
      Outlet outlet,
      VenusTally tally,
      Consumer<String> complaint) {
    return VenusService.of(publication.contract())
        .map(
            service -> new VenusPortal(vertx, time, publication, service, outlet, tally, complaint))
        .orElse(null);
  }

  static boolean isIn(Publication publication) {
    return VenusService.of(publication.contract()).isPresent();
  }

  /// What a publication's connection listens to.
  static List<String> filters(Publication publication) {
    return isIn(publication) ? List.of("R/" + publication.prefix() + "/#") : List.of();
  }

  /// The topics a publication sends to.
  ///
  /// @param layouts layouts by device
  static List<Topic> topics(
      VenusService service, Publication publication, Map<String, SnapshotLayout> layouts) {
    List<Topic> topics = new ArrayList<>();
    for (String name : List.of(SERIAL, HEARTBEAT_TOPIC, COMPLETED)) {
      topics.add(topic(name, publication));
    }
    for (String device : publication.devices()) {
      @Nullable SnapshotLayout layout = layouts.get(device);
      if (layout != null) {
        VenusPoints.of(service, publication, device, layout, text -> {})
            .forEach(point -> topics.add(point.topic()));
      }
    }
    return topics;
  }

  // ---- telling

  /// Takes a snapshot as the newest of its device.
  void accept(ReceivedSnapshot received) {
    String name = received.snapshot().device();
    @Nullable VenusDevice device = devices.get(name);
    if (device == null || !device.take(received)) {
      if (device != null && isAlive()) {
        device.tellGone(outlet); // another register map: what is still there follows at once
      }
      device = compiled(name, received);
      devices.put(name, device);
    }
    tellChanges(device, Moment.now(time));
  }

  private VenusDevice compiled(String device, ReceivedSnapshot received) {
    return new VenusDevice(
        VenusPoints.name(service, publication, device),
        VenusPoints.of(service, publication, device, received.layout(), complaint),
        received);
  }

  private void tellChanges(VenusDevice device, Moment now) {
    if (isAlive()) {
      device.tellChanges(now, out, outlet);
    } else {
      device.observe(now, out);
    }
  }

  /// Also of devices whose snapshots stay away: they grow old all the same.
  private void tellChanges() {
    Moment now = Moment.now(time);
    devices.values().forEach(device -> tellChanges(device, now));
  }

  /// The broker, which may have lost everything, is there.
  void online() {
    tellSerial();
    devices.values().forEach(VenusDevice::forget);
    tellChanges();
  }

  /// The portal id, by which clients find the system, is told whether it is kept alive or not.
  void tellSerial() {
    out.reset();
    out.raw('{');
    out.raw(VALUE);
    out.string(publication.prefix());
    out.raw('}');
    outlet.offer(serial, out.toBuffer());
  }

  /// Tells those who listen that the devices are gone.
  void end() {
    if (isAlive()) {
      devices.values().forEach(device -> device.tellGone(outlet));
    }
    fallAsleep();
  }

  // ---- being asked

  /// Takes what arrived on the publication's connection; another's topic is left alone.
  void message(MqttPublishMessage message) {
    if (!message.topicName().startsWith(requests)) {
      return;
    }
    String asked = message.topicName().substring(requests.length());
    if (message.isRetain()) {
      tally.count("retained"); // tells of a client that may be long gone
    } else if (asked.equals(KEEPALIVE)) {
      keepAlive(message.payload());
    } else if (asked.equals(SERIAL)) {
      tellSerial();
      keepAlive(message.payload());
    } else {
      read(asked);
    }
  }

  private void read(String asked) {
    Moment now = Moment.now(time);
    if (!reads.take()) {
      tally.count("read-limited");
    } else if (asked.equals(SYSTEM)) {
      tally.count("read");
      tellSerial();
    } else if (answered(asked, now) == 0) {
      tally.count("unknown");
      LOG.debug("{} nothing at {} to be read", label(), VenusWrites.shown(asked));
    } else {
      tally.count("read");
    }
  }

  private int answered(String asked, Moment now) {
    int values = 0;
    for (VenusDevice device : devices.values()) {
      List<VenusPoint> points = device.within(asked);
      device.tell(points, now, out, outlet);
      values += points.size();
    }
    reads.owe(values);
    return values;
  }

  private void keepAlive(Buffer payload) {
    VenusKeepalive keepalive = VenusKeepalive.of(payload);
    sayFault(keepalive.fault());
    if (keepalive.isSuppressed()) {
      tally.count("keepalive");
    } else if (fullPublishes.take()) {
      tally.count("full-publish");
      publishAll(keepalive.echo());
    } else {
      tally.count("full-publish-limited");
    }
    stayAlive();
  }

  private void sayFault(@Nullable String fault) {
    if (fault != null && !isFaultSaid) {
      isFaultSaid = true;
      LOG.warn("{} payload of a keepalive taken for an empty one: {}", label(), fault);
    }
  }

  private void publishAll(@Nullable String echo) {
    Moment now = Moment.now(time);
    tellSerial();
    devices.values().forEach(device -> device.tellAll(now, out, outlet));
    out.reset();
    if (echo == null) {
      out.raw('{');
    } else {
      out.raw(ECHO);
      out.string(echo);
      out.raw(',');
    }
    tellTime(completed, now);
  }

  /// Closes an object with the time as value.
  private void tellTime(Topic topic, Moment now) {
    out.raw(VALUE);
    out.integer(TimeUnit.MILLISECONDS.toSeconds(now.wallMillis()));
    out.raw('}');
    outlet.offer(topic, out.toBuffer());
  }

  // ---- being alive

  private boolean isAlive() {
    return heart != null && time.monotonicNanos() - askedNanos <= ALIVE.toNanos();
  }

  private void stayAlive() {
    askedNanos = time.monotonicNanos();
    if (heart == null) {
      LOG.info("{} is kept alive: changes are published", label());
      heart = Cycle.start(vertx, time, HEARTBEAT, this::beat);
      tellHeartbeat();
    }
  }

  private void beat() {
    if (isAlive()) {
      tellHeartbeat();
      tellChanges();
    } else {
      fallAsleep();
      LOG.info("{} no keepalive for {} s: changes wait", label(), ALIVE.toSeconds());
    }
  }

  private void tellHeartbeat() {
    out.reset();
    out.raw('{');
    tellTime(heartbeat, Moment.now(time));
  }

  private void fallAsleep() {
    if (heart != null) {
      heart.stop();
      heart = null;
    }
  }

  private String label() {
    return "mqtt broker=" + publication.broker().name() + " publication=" + publication.name();
  }
}
