package dev.voltbus.mqtt;

import dev.voltbus.contract.BrokerKind;
import dev.voltbus.contract.Control;
import dev.voltbus.contract.Discovery;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.TimeSource;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells Home Assistant which entities a publication has: after each connection, when what can be
/// shown changes, and when Home Assistant says that it has started. What is no longer there is
/// cleared. Messages leave in small groups, so that a large battery is no storm.
final class DiscoveryAnnouncer {
  private static final Logger LOG = LoggerFactory.getLogger(DiscoveryAnnouncer.class);
  private static final int GROUP = 20;
  private static final long PAUSE_MILLIS = 50;

  /// Home Assistant asks that not all devices answer its start in the same moment.
  private static final int BIRTH_DELAY_MILLIS = 5_000;

  private final Vertx vertx;
  private final Publication publication;
  private final Discovery discovery;
  private final Outlet outlet;
  private final Tombstones tombstones;
  private final Runnable values;
  private final Map<String, String> waiting = new LinkedHashMap<>();
  private List<IntervalTopic> shown = List.of();
  private Map<String, String> known = Map.of();

  /// What the broker keeps of it: config topics, and entities in messages of devices.
  private Set<String> kept = Set.of();

  private boolean isOnline;
  private boolean isBirth;
  private long sending = -1;
  private long birth = -1;

  private DiscoveryAnnouncer(
      Vertx vertx,
      Publication publication,
      Discovery discovery,
      Outlet outlet,
      Tombstones tombstones,
      Runnable values) {
    this.vertx = vertx;
    this.publication = publication;
    this.discovery = discovery;
    this.outlet = outlet;
    this.tombstones = tombstones;
    this.values = values;
  }

  /// The announcer of a publication, or null if it tells Home Assistant nothing.
  ///
  /// @param control of the site, or null if it has none
  /// @param tombstones clears what is no longer told
  /// @param values sends all values again, so that new entities have a state
  static @Nullable DiscoveryAnnouncer of(
      Vertx vertx,
      Publication publication,
      @Nullable Control control,
      Outlet outlet,
      Tombstones tombstones,
      Runnable values) {
    @Nullable Discovery discovery = discovery(publication, control);
    return discovery == null
        ? null
        : new DiscoveryAnnouncer(vertx, publication, discovery, outlet, tombstones, values);
  }

  /// Where Home Assistant tells that it has started, if the publication has entities there.
  static Optional<String> birthTopic(Publication publication) {
    return Optional.ofNullable(discovery(publication))
        .map(discovery -> new DiscoveryText(publication).topic(discovery.birthTopic()));
  }

  /// What a publication tells where its site has this control.
  private static @Nullable Discovery discovery(Publication publication, @Nullable Control control) {
    @Nullable Discovery discovery = discovery(publication);
    return discovery == null ? null : CommandScope.of(publication, control).narrowed(discovery);
  }

  private static @Nullable Discovery discovery(Publication publication) {
    return isAtHub(publication) ? null : wanted(publication);
  }

  /// Whether a publication would have entities if its broker kept them.
  static boolean isSkipped(Publication publication) {
    return isAtHub(publication) && wanted(publication) != null;
  }

  private static boolean isAtHub(Publication publication) {
    return publication.broker().kind() == BrokerKind.AZURE;
  }

  private static @Nullable Discovery wanted(Publication publication) {
    @Nullable Discovery discovery = publication.contract().discovery();
    return discovery != null && publication.options().contains(discovery.option())
        ? discovery
        : null;
  }

  /// The config topics of a publication's entities when all its devices are there; `N` stands for
  /// the number of an array's item.
  static List<String> topics(
      Publication publication, @Nullable Control control, Map<String, SnapshotLayout> layouts) {
    @Nullable Discovery discovery = discovery(publication, control);
    if (discovery == null) {
      return List.of();
    }
    return DiscoveryMessages.topics(publication, discovery, shown(publication, layouts));
  }

  /// All that a publication can ever have retained for its entities.
  static Set<String> possible(
      Publication publication, @Nullable Control control, Map<String, SnapshotLayout> layouts) {
    @Nullable Discovery discovery = discovery(publication, control);
    return discovery == null
        ? Set.of()
        : DiscoveryMessages.possible(publication, discovery, shown(publication, layouts));
  }

  /// The config topics its entities would have in the other form of discovery.
  static Set<String> inOtherForm(
      Publication publication, @Nullable Control control, Map<String, SnapshotLayout> layouts) {
    @Nullable Discovery discovery = discovery(publication, control);
    return discovery == null
        ? Set.of()
        : DiscoveryMessages.inOtherForm(publication, discovery, shown(publication, layouts));
  }

  /// How large the config messages of a publication's entities are, by topic as above.
  static Map<String, Integer> bytes(
      Publication publication, @Nullable Control control, Map<String, SnapshotLayout> layouts) {
    @Nullable Discovery discovery = discovery(publication, control);
    return discovery == null
        ? Map.of()
        : DiscoveryMessages.bytes(publication, discovery, shown(publication, layouts));
  }

  /// The essential entities when all devices are there, payload by config topic, also where
  /// discovery is off.
  static Map<String, String> essential(
      Publication publication, @Nullable Control control, Map<String, SnapshotLayout> layouts) {
    @Nullable Discovery discovery = publication.contract().discovery();
    return discovery == null || isAtHub(publication)
        ? Map.of()
        : DiscoveryMessages.essential(
            publication,
            CommandScope.of(publication, control).narrowed(discovery),
            shown(publication, layouts));
  }

  private static List<IntervalTopic> shown(
      Publication publication, Map<String, SnapshotLayout> layouts) {
    return PublicationRenderer.compiled(
        publication, layouts, new EventBook(TimeSource.system()), text -> {}, text -> {});
  }

  static boolean isOn(Publication publication) {
    return discovery(publication) != null;
  }

  /// The topics of the devices known so far can show other things than before.
  void changed(PublicationRenderer renderer) {
    shown = renderer.intervalTopics();
    Set<String> gone = new HashSet<>(kept);
    kept = DiscoveryMessages.kept(publication, discovery, shown);
    gone.removeAll(kept);
    tombstones.keep(kept);
    tombstones.add(gone);
    tell();
  }

  /// Sends what is other than before.
  private void tell() {
    Map<String, String> before = known;
    known = DiscoveryMessages.of(publication, discovery, shown, tombstones.removed());
    waiting.keySet().retainAll(known.keySet());
    if (isOnline) {
      known.forEach((topic, payload) -> {
        if (!payload.equals(before.get(topic))) {
          waiting.put(topic, payload);
        }
      });
      send();
    }
  }

  /// The broker, which may have lost everything, is there.
  void online() {
    isOnline = true;
    sendAll();
  }

  private void sendAll() {
    waiting.putAll(known);
    send();
  }

  /// Whether all that there is to tell is on its way.
  boolean isIdle() {
    return isOnline && waiting.isEmpty();
  }

  void offline() {
    isOnline = false;
    isBirth = false;
    waiting.clear();
    vertx.cancelTimer(sending);
    vertx.cancelTimer(birth);
    sending = -1;
    birth = -1;
  }

  /// Answers Home Assistant's start. A retained message tells of an earlier one.
  void message(MqttPublishMessage message) {
    boolean isStart =
        message.topicName().equals(birthTopic(publication).orElseThrow())
            && message.payload().toString(StandardCharsets.UTF_8).equals("online");
    if (isStart && !message.isRetain() && birth < 0) {
      int delay = ThreadLocalRandom.current().nextInt(1, BIRTH_DELAY_MILLIS);
      birth = vertx.setTimer(delay, id -> homeAssistantStarted());
    }
  }

  /// Sends all entities again, then the values, and takes away those of items that the devices
  /// certainly do not have: the battery may be another one than before.
  ///
  /// @return how many there are
  int discover() {
    tombstones.add(DiscoveryMessages.absent(publication, discovery, shown));
    tell();
    resend();
    return entities();
  }

  private int entities() {
    return DiscoveryMessages.count(publication, discovery, shown);
  }

  private void resend() {
    isBirth = true;
    sendAll();
  }

  boolean isOnline() {
    return isOnline;
  }

  private void homeAssistantStarted() {
    birth = -1;
    LOG.info(
        "mqtt broker={} publication={} Home Assistant has started: {} entities sent again",
        publication.broker().name(),
        publication.name(),
        entities());
    resend();
  }

  private void send() {
    if (sending < 0) {
      sendGroup();
    }
  }

  private void sendGroup() {
    sending = -1;
    Iterator<Map.Entry<String, String>> next = waiting.entrySet().iterator();
    for (int i = 0; i < GROUP && next.hasNext(); i++) {
      Map.Entry<String, String> message = next.next();
      if (!send(message.getKey(), message.getValue())) {
        break; // the rest follows, or all of it after the next connect
      }
      next.remove();
    }
    if (!waiting.isEmpty()) {
      sending = vertx.setTimer(PAUSE_MILLIS, id -> sendGroup());
    } else if (isBirth) {
      isBirth = false;
      values.run();
    }
  }

  private boolean send(String topic, String payload) {
    return outlet.offer(new Topic(topic, discovery.qos(), true), Buffer.buffer(payload));
  }
}
