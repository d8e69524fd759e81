package dev.voltbus.mqtt;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.DispatchProposal;
import dev.voltbus.contract.PayloadBytes;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.ReceivedSnapshot;
import dev.voltbus.contract.SafetyState;
import dev.voltbus.contract.SafetyState.Watchdog;
import dev.voltbus.contract.SiteReport;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.TopicContract.AlarmTopic;
import dev.voltbus.contract.TopicContract.EventTopic;
import dev.voltbus.contract.TopicContract.JsonArrayTopic;
import dev.voltbus.contract.TopicContract.JsonObjectTopic;
import dev.voltbus.contract.TopicContract.MessageTopic;
import dev.voltbus.contract.TopicContract.PerValue;
import dev.voltbus.contract.TopicContract.PlainTopic;
import dev.voltbus.contract.TopicContract.StatusTopic;
import dev.voltbus.contract.TopicContract.TopicRule;
import dev.voltbus.contract.VenusService;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Finds out how large the messages of a publication can become, by rendering them: each register
/// in turn reads whatever makes the message longest, or shortest.
final class PayloadSizes {
  private static final long WALL_MILLIS = 1_999_999_999_999L;
  private static final Duration LONG_RUN = Duration.ofDays(36_500);

  private final Publication publication;
  private final Moment now;
  private final Map<String, SnapshotLayout> layouts = new HashMap<>();
  private final List<TrialReadings> readings = new ArrayList<>();
  private final Map<String, ReceivedSnapshot> snapshots = new HashMap<>();
  private final JsonText out = new JsonText();
  private final Map<String, PayloadBytes> sizes = new LinkedHashMap<>();

  /// Sends one message from the snapshots.
  private interface Rendering {
    void send(Outlet outlet);
  }

  private PayloadSizes(Publication publication, List<Device> devices) {
    this.publication = publication;
    this.now = new Moment(TimeSource.system().monotonicNanos() + LONG_RUN.toNanos(), WALL_MILLIS);
    devices.stream()
        .filter(this::isShown)
        .forEach(device -> {
          SnapshotLayout layout = SnapshotLayout.of(device.map());
          layouts.put(device.name(), layout);
          readings.add(new TrialReadings(device.name(), layout, now));
        });
  }

  private boolean isShown(Device device) {
    return publication.devices().contains(device.name())
        || publication.bindings().values().stream()
            .anyMatch(bound -> bound.device().equals(device.name()));
  }

  /// Sizes by topic as `MqttVerticle.topics` and `entities` name them, without those whose length
  /// nothing limits, such as the text of an event.
  ///
  /// @param devices the site's devices
  static Map<String, PayloadBytes> of(Publication publication, List<Device> devices) {
    PayloadSizes found = new PayloadSizes(publication, devices);
    @Nullable StatusTopic status = publication.contract().status();
    if (status != null) {
      String topic = Topic.of(status, publication).name();
      found.add(topic, status.online().getBytes(StandardCharsets.UTF_8).length);
      found.add(topic, status.offline().getBytes(StandardCharsets.UTF_8).length);
    }
    publication.contract().topics().forEach(found::addRule);
    DiscoveryAnnouncer.bytes(publication, found.layouts).forEach(found::add);
    return found.sizes;
  }

  private void add(String topic, int bytes) {
    add(topic, PayloadBytes.exactly(bytes));
  }

  private void add(String topic, PayloadBytes bytes) {
    sizes.merge(topic, bytes, PayloadBytes::or);
  }

  private void addRule(TopicRule rule) {
    switch (rule) {
      case PerValue perValue -> addValues(perValue);
      case MessageTopic message -> addReports(message);
      case VenusService venus -> addPoints(venus);
      case EventTopic events -> {} // as long as what happened takes to tell
      case JsonObjectTopic object -> addIntervalTopic(object);
      case JsonArrayTopic array -> addIntervalTopic(array);
      case PlainTopic plain -> addIntervalTopic(plain);
      case AlarmTopic alarm -> addIntervalTopic(alarm);
    }
  }

  // ---- a topic for each value

  private void addValues(PerValue rule) {
    Outlet values =
        (topic, payload) -> {
          add(topic.name(), payload.length());
          return false;
        };
    Outlet reasons =
        (topic, payload) -> {
          sizes.computeIfPresent(topic.name(), (name, size) -> size.upTo(payload.length()));
          return false;
        };
    for (TrialReadings device : ofPublication()) {
      ValueReports reports = new ValueReports(publication, rule, device.layout());
      for (int turn = 0; turn < device.turns(); turn++) {
        device.putAll(turn);
        reports.report(device.received(), now.nanos(), out, values);
      }
      for (QualityReason reason : QualityReason.values()) {
        device.putAll(reason);
        reports.report(device.received(), now.nanos(), out, reasons);
      }
    }
  }

  private List<TrialReadings> ofPublication() {
    return readings.stream()
        .filter(device -> publication.devices().contains(device.device()))
        .toList();
  }

  // ---- messages about the site

  private void addReports(MessageTopic rule) {
    for (SiteReport report : reports(rule.of())) {
      ReportTopic topic = new ReportTopic(rule, publication);
      topic.accept(
          report,
          now,
          (to, payload) -> {
            add(to.name(), payload.length());
            return false;
          });
    }
  }

  /// None where nothing limits the length of a text.
  private static List<SiteReport> reports(SiteReport.Kind kind) {
    return switch (kind) {
      case SAFETY ->
          Stream.of(Watchdog.values())
              .<SiteReport>map(watchdog ->
                  new SafetyState(1, false, watchdog, WALL_MILLIS, 0, Integer.MAX_VALUE))
              .toList();
      case DISPATCH ->
          List.of(
              new DispatchProposal(1, null, 0, WALL_MILLIS),
              // no number is written with more digits
              new DispatchProposal(1, -Double.MIN_NORMAL, 200_000.0 / 3, WALL_MILLIS));
      case ANOMALY -> List.of();
    };
  }

  // ---- paths of Venus OS

  private void addPoints(VenusService service) {
    for (TrialReadings device : ofPublication()) {
      VenusPoints.of(service, publication, device.device(), device.layout(), text -> {})
          .forEach(point ->
              add(
                  point.topic().name(),
                  range(outlet ->
                      point.tell(
                          Objects.requireNonNull(snapshots.get(device.device())),
                          now,
                          out,
                          outlet))));
    }
  }

  // ---- topics with an interval

  private void addIntervalTopic(TopicRule rule) {
    EventBook book = new EventBook(TimeSource.system());
    @Nullable IntervalTopic topic =
        PublicationRenderer.compiled(rule, publication, layouts, book, text -> {}, text -> {});
    switch (topic) {
      case null -> {}
      case EventMessages events -> {} // have no size
      case AlarmMessage alarm ->
          alarm.sendEach(
              now,
              out,
              (to, payload) -> {
                add(to.name(), payload.length());
                return false;
              });
      case ObjectTopic object -> addTopic(object, book);
      case ArrayTopic array -> addTopic(array, book);
      case PlainMessage plain -> addTopic(plain, book);
    }
  }

  private void addTopic(IntervalTopic topic, EventBook book) {
    Rendering rendering = outlet -> topic.send(snapshots, now, out, outlet);
    int least = bytes(rendering, false);
    int most = bytes(rendering, true);
    for (EventBook.Severity severity : EventBook.Severity.values()) {
      book.happened(severity.name(), severity, "", null);
      most = Math.max(most, bytes(rendering));
    }
    if (most > 0) {
      add(topic.topic().name(), new PayloadBytes(least, most));
    }
  }

  // ---- the search

  private PayloadBytes range(Rendering rendering) {
    int least = bytes(rendering, false);
    return new PayloadBytes(least, bytes(rendering, true));
  }

  /// Each part of a message shows one register or a product, so that the longest parts make the
  /// longest message; the snapshots are left with it.
  private int bytes(Rendering rendering, boolean isMost) {
    readings.forEach(device -> {
      device.putAll(0);
      snapshots.put(device.device(), device.received());
    });
    int best = bytes(rendering);
    for (TrialReadings device : readings) {
      for (int i = 0; i < device.size(); i++) {
        best = bytes(rendering, device, i, isMost, best);
      }
    }
    return best;
  }

  private int bytes(
      Rendering rendering, TrialReadings device, int index, boolean isMost, int before) {
    List<Extreme> tried = new ArrayList<>(device.extremes(index));
    if (isMost) {
      tried.add(Extreme.none(QualityReason.SENSOR_ABSENT)); // a field may say so
    }
    Extreme chosen = tried.getFirst();
    int best = before;
    for (Extreme each : tried.subList(1, tried.size())) {
      device.put(index, each);
      snapshots.put(device.device(), device.received());
      int found = bytes(rendering);
      if (isMost ? found > best : found < best) {
        best = found;
        chosen = each;
      }
    }
    device.put(index, chosen);
    snapshots.put(device.device(), device.received());
    return best;
  }

  /// Bytes of the message, 0 if there is none. A refused message is due again.
  private static int bytes(Rendering rendering) {
    int[] bytes = {0};
    rendering.send((Topic topic, Buffer payload) -> {
      bytes[0] = payload.length();
      return false;
    });
    return bytes[0];
  }
}
