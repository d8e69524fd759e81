package dev.voltbus.mqtt;

import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.Control;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.LayoutBook;
import dev.voltbus.contract.Leases;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.PushSource;
import dev.voltbus.contract.Shard;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.TopicContract.StatusTopic;
import dev.voltbus.contract.TrialStep;
import dev.voltbus.contract.Wiring;
import io.vertx.core.CompositeFuture;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Publishes a site's values to its brokers and takes commands from them. Each publication is a
/// shard of its own: whoever holds its lease has its broker connection.
///
/// Starting succeeds while brokers are unreachable; stopping ends within three seconds even if one
/// hangs.
public final class MqttVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(MqttVerticle.class);
  private static final long STOP_MILLIS = 2_800;

  private final Site site;
  private final Wiring wiring;
  private final RetainedTopics retained;
  private final List<Leases.Claim> claims = new ArrayList<>();
  private @Nullable LayoutBook book;

  /// @param site the site whose publications are competed for
  public MqttVerticle(Site site, Wiring wiring) {
    this.site = site;
    this.wiring = wiring;
    this.retained = new RetainedTopics(site);
  }

  /// The topics a publication sends to, in the order of its contract and its devices' register
  /// maps.
  ///
  /// @param devices the site's devices; those the publication does not name are left out
  /// @param control of the site, or null if it has none
  public static List<String> topics(
      Publication publication, List<Device> devices, @Nullable Control control) {
    List<String> topics = new ArrayList<>();
    @Nullable StatusTopic status = publication.contract().status();
    if (status != null) {
      topics.add(Topic.of(status, publication).name());
    }
    topics.addAll(PublicationRenderer.topics(publication, devices));
    CommandLine.resultTopic(publication).ifPresent(topics::add);
    if (ControlView.isControlled(publication, control)) {
      CommandLine.controlTopic(publication).ifPresent(topics::add);
    }
    @Nullable HubTopics hub = HubTopics.of(publication, publication.broker());
    return hub == null ? List.copyOf(topics) : topics.stream().map(hub::events).toList();
  }

  /// What a publication leaves out because its broker has no place for it, a sentence each.
  public static List<String> leftOut(Publication publication) {
    return DiscoveryAnnouncer.isSkipped(publication)
        ? List.of(
            "tells Home Assistant of no entities: "
                + publication.broker().kind().label()
                + " keeps no retained messages")
        : List.of();
  }

  /// The topics on which a publication tells Home Assistant of its entities; `N` stands for the
  /// number of an array's item, such as a cell.
  ///
  /// @param devices the site's devices
  /// @param control of the site, or null if it has none
  public static List<String> entities(
      Publication publication, List<Device> devices, @Nullable Control control) {
    return DiscoveryAnnouncer.topics(publication, control, layouts(devices));
  }

  /// How large the payloads of a publication are when every value is there and about as long as its
  /// register can make it: bytes by topic as in `topics` and `entities`. Messages that tell what
  /// happened, such as events, are not in it.
  ///
  /// @param devices the site's devices
  /// @param control of the site, or null if it has none
  public static Map<String, Integer> payloads(
      Publication publication, List<Device> devices, @Nullable Control control) {
    Map<String, Integer> sizes = PayloadSizes.of(publication, devices, control);
    @Nullable HubTopics hub = HubTopics.of(publication, publication.broker());
    if (hub == null) {
      return sizes;
    }
    Map<String, Integer> atHub = new HashMap<>();
    sizes.forEach((topic, bytes) -> atHub.put(hub.events(topic), bytes));
    return atHub;
  }

  /// The few entities of a publication that a person without discovery writes down by hand.
  ///
  /// @param devices the site's devices
  /// @param control of the site, or null if it has none
  /// @return Home Assistant's configuration of each as JSON, by its config topic; also where
  ///   discovery is off
  public static Map<String, String> essentialEntities(
      Publication publication, List<Device> devices, @Nullable Control control) {
    return DiscoveryAnnouncer.essential(publication, control, layouts(devices));
  }

  /// Whether a publication tells Home Assistant of its entities by itself.
  public static boolean isDiscovered(Publication publication) {
    return DiscoveryAnnouncer.isOn(publication);
  }

  /// What the line over which a broker's devices are pushed is called, as a publication is.
  public static String pushLine(BrokerSettings broker) {
    return PushLine.name(broker);
  }

  private static Map<String, SnapshotLayout> layouts(List<Device> devices) {
    Map<String, SnapshotLayout> layouts = new HashMap<>();
    devices.forEach(device -> layouts.put(device.name(), SnapshotLayout.of(device.map())));
    return layouts;
  }

  /// Tries the broker of a publication as it would be used: resolve, connect, encrypt and log in,
  /// subscribe, publish and receive back, on `{prefix}/test` with a client id of its own.
  ///
  /// @return all steps in their order; what follows a failure was not tried. Does not fail.
  public static Future<List<TrialStep>> tryBroker(Vertx vertx, Publication publication) {
    return BrokerTrial.run(vertx, TimeSource.system(), publication);
  }

  @Override
  public Future<?> start() {
    LayoutBook layouts = new LayoutBook(vertx, wiring.bus(), site);
    book = layouts;
    List<Future<?>> begun = new ArrayList<>();
    for (Publication publication : site.publications()) {
      if (publication.broker().enabled()) {
        leftOut(publication).forEach(text -> tell(publication, text));
        begun.add(compete(publication, layouts));
      }
    }
    pushedByBroker().values().forEach(devices -> begun.add(listen(devices)));
    return Future.join(begun).recover(this::startFailed).onSuccess(started -> watchOutboxes());
  }

  private static void tell(Publication publication, String text) {
    LOG.info(
        "mqtt broker={} publication={} {}", publication.broker().name(), publication.name(), text);
  }

  /// Beside the work: it reads what may be much.
  private void watchOutboxes() {
    @Nullable Path state = wiring.state();
    if (state != null) {
      Set<String> used =
          site.publications().stream()
              .filter(each -> each.broker().enabled() && each.mustDeliver())
              .map(Publication::name)
              .collect(Collectors.toSet());
      Outboxes.watch(vertx, wiring.time(), wiring.metrics(), state, site.name(), used)
          .onFailure(failure ->
              LOG.warn(
                  "mqtt site={} outboxes not looked through: {}", site.name(), failure.toString()));
    }
  }

  private Map<String, List<Device>> pushedByBroker() {
    Map<String, List<Device>> pushed = new LinkedHashMap<>();
    for (Device device : site.devices()) {
      @Nullable PushSource push = device.push();
      if (push != null && push.broker().enabled()) {
        pushed.computeIfAbsent(push.broker().name(), name -> new ArrayList<>()).add(device);
      }
    }
    return pushed;
  }

  private Future<?> listen(List<Device> devices) {
    BrokerSettings broker = Objects.requireNonNull(devices.getFirst().push()).broker();
    Shard shard = new Shard(Shard.Kind.PUBLICATION, site.name(), PushLine.name(broker));
    PushLine duty = new PushLine(vertx, context, wiring, site.name(), broker, devices);
    return wiring.leases().compete(shard, duty).onSuccess(claims::add);
  }

  /// Vert.x does not call `stop` after a failed start.
  private Future<CompositeFuture> startFailed(Throwable cause) {
    return release().eventually(() -> Future.failedFuture(cause));
  }

  private Future<?> compete(Publication publication, LayoutBook layouts) {
    Shard shard = new Shard(Shard.Kind.PUBLICATION, site.name(), publication.name());
    PublicationDuty duty =
        new PublicationDuty(
            context, PublicationWork.Lasting.of(vertx, wiring, retained, publication, layouts));
    return wiring.leases().compete(shard, duty).onSuccess(claims::add);
  }

  @Override
  public Future<?> stop() {
    return release().timeout(STOP_MILLIS, TimeUnit.MILLISECONDS).otherwiseEmpty();
  }

  private Future<CompositeFuture> release() {
    if (book != null) {
      book.close();
    }
    List<Future<Void>> released = claims.stream().map(Leases.Claim::release).toList();
    return Future.join(released);
  }
}
