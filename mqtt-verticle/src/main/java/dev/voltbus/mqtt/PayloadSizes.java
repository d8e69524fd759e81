package dev.voltbus.mqtt;

import dev.voltbus.contract.Control;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.ReceivedSnapshot;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.TopicContract.PerValue;
import dev.voltbus.contract.TopicContract.StatusTopic;
import dev.voltbus.contract.TopicContract.TopicRule;
import dev.voltbus.contract.VenusService;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Finds out how large the messages of a publication are, by rendering them once from devices of
/// which every value is there and long.
final class PayloadSizes implements Outlet {
  private final Publication publication;
  private final Moment now = Moment.now(TimeSource.system());
  private final Map<String, ReceivedSnapshot> snapshots = new HashMap<>();
  private final JsonText out = new JsonText();
  private final Map<String, Integer> sizes = new LinkedHashMap<>();

  private PayloadSizes(Publication publication, List<Device> devices) {
    this.publication = publication;
    devices.stream()
        .filter(this::isShown)
        .forEach(device ->
            snapshots.put(
                device.name(),
                LongestReadings.of(device.name(), SnapshotLayout.of(device.map()), now)));
  }

  private boolean isShown(Device device) {
    return publication.devices().contains(device.name())
        || publication.bindings().values().stream()
            .anyMatch(bound -> bound.device().equals(device.name()));
  }

  /// Bytes by topic as `MqttVerticle.topics` and `entities` name them; without messages that tell
  /// what happened, such as events and results of commands.
  ///
  /// @param devices the site's devices
  /// @param control of the site, or null if it has none
  static Map<String, Integer> of(
      Publication publication, List<Device> devices, @Nullable Control control) {
    PayloadSizes found = new PayloadSizes(publication, devices);
    Map<String, SnapshotLayout> layouts = new HashMap<>();
    found.snapshots.forEach((device, received) -> layouts.put(device, received.layout()));
    @Nullable StatusTopic status = publication.contract().status();
    if (status != null) {
      int longer = Math.max(length(status.online()), length(status.offline()));
      found.sizes.put(Topic.of(status, publication).name(), longer);
    }
    for (TopicRule rule : publication.contract().topics()) {
      found.add(rule, layouts);
    }
    found.sizes.putAll(DiscoveryAnnouncer.bytes(publication, control, layouts));
    return found.sizes;
  }

  private static int length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  @Override
  public boolean offer(Topic topic, Buffer payload) {
    sizes.merge(topic.name(), payload.length(), Math::max);
    return true;
  }

  private void add(TopicRule rule, Map<String, SnapshotLayout> layouts) {
    if (rule instanceof PerValue perValue) {
      ofPublication()
          .forEach(device ->
              new ValueReports(publication, perValue, device.layout())
                  .report(device, now.nanos(), out, this));
    } else if (rule instanceof VenusService venus) {
      ofPublication()
          .forEach(device ->
              VenusPoints.of(
                      venus, publication, device.snapshot().device(), device.layout(), text -> {})
                  .forEach(point -> point.tell(device, now, out, this)));
    } else {
      EventBook book = new EventBook(TimeSource.system());
      @Nullable IntervalTopic topic =
          PublicationRenderer.compiled(rule, publication, layouts, book, text -> {}, text -> {});
      if (topic != null) {
        topic.send(snapshots, now, out, this);
      }
    }
  }

  private List<ReceivedSnapshot> ofPublication() {
    return publication.devices().stream()
        .map(snapshots::get)
        .filter(Objects::nonNull)
        .map(Objects::requireNonNull)
        .toList();
  }
}
