package dev.voltbus.mqtt;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.ReceivedSnapshot;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.TopicContract.JsonArrayTopic;
import dev.voltbus.contract.TopicContract.JsonObjectTopic;
import dev.voltbus.contract.TopicContract.PerValue;
import dev.voltbus.contract.TopicContract.TopicRule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// Turns the newest snapshots of a publication's devices into messages. Knows topics and payloads,
/// not brokers; the plans are compiled again only when a device's layout changes.
final class PublicationRenderer {
  private final Publication publication;
  private final Outlet outlet;
  private final Consumer<String> complaint;
  private final JsonText out = new JsonText();
  private final Map<String, ReceivedSnapshot> snapshots = new HashMap<>();
  private final Map<String, List<ValueReports>> reports = new HashMap<>();
  private final Set<String> complaints = new HashSet<>();
  private List<IntervalTopic> intervalTopics = List.of();

  /// @param complaint told once for each thing that the contract asks for and a device cannot give
  PublicationRenderer(Publication publication, Outlet outlet, Consumer<String> complaint) {
    this.publication = publication;
    this.outlet = outlet;
    this.complaint = complaint;
  }

  /// Takes a snapshot as the newest of its device.
  void accept(ReceivedSnapshot received) {
    ReceivedSnapshot before = snapshots.put(received.snapshot().device(), received);
    if (before == null || before.layout().id() != received.layout().id()) {
      compile(received);
    }
  }

  /// Whether any device has been heard of.
  boolean hasSnapshot() {
    return !snapshots.isEmpty();
  }

  /// Sends the values of a device that are due.
  void reportValues(String device, long nowNanos) {
    ReceivedSnapshot received = snapshots.get(device);
    List<ValueReports> due = reports.get(device);
    if (received != null && due != null) {
      due.forEach(report -> report.report(received, nowNanos, out, outlet));
    }
  }

  /// Sends each value of each device that can be shown, as after a new connection.
  void reportAllValues(long nowNanos) {
    reports.values().forEach(list -> list.forEach(ValueReports::forget));
    publication.devices().forEach(device -> reportValues(device, nowNanos));
  }

  /// Sends the topics that go out at each interval.
  void sendIntervalTopics(long nowNanos) {
    intervalTopics.forEach(topic -> topic.send(snapshots, nowNanos, out, outlet));
  }

  private void compile(ReceivedSnapshot received) {
    List<ValueReports> perDevice = new ArrayList<>();
    for (TopicRule rule : publication.contract().topics()) {
      if (rule instanceof PerValue perValue) {
        perDevice.add(new ValueReports(publication, perValue, received.layout()));
      }
    }
    reports.put(received.snapshot().device(), perDevice);
    intervalTopics = compileIntervalTopics();
  }

  private List<IntervalTopic> compileIntervalTopics() {
    Map<String, SnapshotLayout> layouts = new HashMap<>();
    snapshots.forEach((device, received) -> layouts.put(device, received.layout()));
    List<IntervalTopic> compiled = new ArrayList<>();
    for (TopicRule rule : publication.contract().topics()) {
      switch (rule) {
        case PerValue perValue -> {}
        case JsonObjectTopic object ->
            compiled.add(new ObjectTopic(object, publication, layouts, this::complain));
        case JsonArrayTopic array -> {
          if (publication.options().contains(array.option())) {
            compiled.add(new ArrayTopic(array, publication, layouts, this::complain));
          }
        }
      }
    }
    return compiled;
  }

  private void complain(String text) {
    if (complaints.add(text)) {
      complaint.accept(text);
    }
  }

  /// Whether a publication has topics that go out at each interval.
  static boolean hasIntervalTopics(Publication publication) {
    return publication.contract().topics().stream().anyMatch(rule -> !(rule instanceof PerValue));
  }

  /// The topics a publication sends to, in the order of the contract and of the register maps.
  static List<String> topics(Publication publication, List<Device> devices) {
    List<String> topics = new ArrayList<>();
    for (TopicRule rule : publication.contract().topics()) {
      switch (rule) {
        case PerValue perValue -> addValues(topics, publication, perValue, devices);
        case JsonObjectTopic object -> topics.add(Topic.named(object.topic(), publication));
        case JsonArrayTopic array -> {
          if (publication.options().contains(array.option())) {
            topics.add(Topic.named(array.topic(), publication));
          }
        }
      }
    }
    return topics;
  }

  private static void addValues(
      List<String> topics, Publication publication, PerValue rule, List<Device> devices) {
    for (Device device : devices) {
      for (RegisterSpec spec : device.map().registers()) {
        if (publication.devices().contains(device.name()) && !spec.internal()) {
          topics.add(ValueReports.topic(publication, rule, spec).name());
        }
      }
    }
  }
}
