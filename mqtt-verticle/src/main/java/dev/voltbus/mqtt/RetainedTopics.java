package dev.voltbus.mqtt;

import dev.voltbus.contract.BrokerKind;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.TopicContract.StatusTopic;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The retained topics that the configuration of a site can yield, whether its devices are heard or
/// not. Worked out once for all publications of a site, which takes a while where there are many.
final class RetainedTopics {
  /// Names of one place.
  private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.\\d+){3}|\\[?::1\\]?");

  private final Site site;
  private final Map<String, SnapshotLayout> layouts = new HashMap<>();
  private final Map<String, Set<String>> byPublication = new HashMap<>();
  private final Map<String, Set<String>> byBroker = new HashMap<>();

  RetainedTopics(Site site) {
    this.site = site;
  }

  Site site() {
    return site;
  }

  /// Those of one publication, and the entities in messages of devices.
  synchronized Set<String> of(Publication publication) {
    return byPublication.computeIfAbsent(publication.name(), name -> made(publication));
  }

  private Set<String> made(Publication publication) {
    if (publication.broker().kind() == BrokerKind.AZURE) {
      return Set.of(); // keeps nothing retained
    }
    Set<String> topics = new HashSet<>();
    @Nullable StatusTopic status = publication.contract().status();
    if (status != null && status.retain()) {
      topics.add(Topic.of(status, publication).name());
    }
    List<Device> devices =
        site.devices().stream()
            .filter(device -> publication.devices().contains(device.name()))
            .toList();
    PublicationRenderer.sent(publication, devices).stream()
        .filter(Topic::retain)
        .forEach(topic -> topics.add(topic.name()));
    if (ControlView.isControlled(publication, site.control())) {
      CommandLine.controlTopic(publication).ifPresent(topics::add);
    }
    topics.addAll(DiscoveryAnnouncer.possible(publication, site.control(), layouts()));
    return Set.copyOf(topics);
  }

  /// Those of all publications at the broker of one: a topic may have moved from one to another.
  synchronized Set<String> atBrokerOf(Publication publication) {
    String broker = broker(publication);
    @Nullable Set<String> known = byBroker.get(broker);
    if (known != null) {
      return known;
    }
    Set<String> topics = new HashSet<>();
    for (Publication each : site.publications()) {
      if (broker(each).equals(broker)) {
        topics.addAll(of(each));
      }
    }
    byBroker.put(broker, topics);
    return topics;
  }

  /// Those of the same entities in the other form of Home Assistant's discovery.
  synchronized Set<String> inOtherForm(Publication publication) {
    return DiscoveryAnnouncer.inOtherForm(publication, site.control(), layouts());
  }

  private Map<String, SnapshotLayout> layouts() {
    if (layouts.isEmpty()) {
      site.devices().forEach(device -> layouts.put(device.name(), SnapshotLayout.of(device.map())));
    }
    return layouts;
  }

  static Manifest.Place place(Publication publication, Site site) {
    return new Manifest.Place(site.name(), publication.name(), broker(publication));
  }

  private static String broker(Publication publication) {
    String host = publication.broker().host();
    String name = LOOPBACK.matcher(host).matches() ? "localhost" : DiscoveryText.id(host);
    return name + "_" + publication.broker().port();
  }

  /// Whether it is the one that clears what publications have left at its broker that are no more.
  static boolean isFirstAtBroker(Publication publication, Site site) {
    return site.publications().stream()
        .filter(each -> broker(each).equals(broker(publication)))
        .findFirst()
        .filter(first -> first.name().equals(publication.name()))
        .isPresent();
  }
}
