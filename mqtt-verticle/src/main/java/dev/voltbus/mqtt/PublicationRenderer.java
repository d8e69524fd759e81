package dev.voltbus.mqtt;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.ReceivedSnapshot;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.TopicContract.AlarmTopic;
import dev.voltbus.contract.TopicContract.EventTopic;
import dev.voltbus.contract.TopicContract.JsonArrayTopic;
import dev.voltbus.contract.TopicContract.JsonObjectTopic;
import dev.voltbus.contract.TopicContract.MessageTopic;
import dev.voltbus.contract.TopicContract.PerValue;
import dev.voltbus.contract.TopicContract.PlainTopic;
import dev.voltbus.contract.TopicContract.TopicRule;
import dev.voltbus.contract.VenusService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Turns the newest snapshots of a publication's devices into messages. Knows topics and payloads,
/// not brokers; the plans are compiled again only when a device's layout changes.
final class PublicationRenderer {
  private final Publication publication;
  private final Outlet outlet;
  private final EventBook book;
  private final Consumer<String> complaint;
  private final JsonText out = new JsonText();
  private final Map<String, ReceivedSnapshot> snapshots = new HashMap<>();
  private final Map<String, List<ValueReports>> reports = new HashMap<>();
  private final Set<String> complaints = new HashSet<>();
  private List<IntervalTopic> intervalTopics = List.of();
  private boolean isSilent;

  /// @param complaint told once for each thing that the contract asks for and a device cannot give
  PublicationRenderer(
      Publication publication, Outlet outlet, EventBook book, Consumer<String> complaint) {
    this.publication = publication;
    this.outlet = outlet;
    this.book = book;
    this.complaint = complaint;
    this.intervalTopics = compileIntervalTopics();
  }

  /// Takes a snapshot as the newest of its device.
  ///
  /// @return whether it can show other things than before
  boolean accept(ReceivedSnapshot received) {
    ReceivedSnapshot before = snapshots.put(received.snapshot().device(), received);
    boolean isOther = before == null || before.layout().id() != received.layout().id();
    if (isOther) {
      compile(received);
    }
    return isOther;
  }

  /// Whether nothing is sent but what happens in the gateway.
  void silence(boolean silent) {
    isSilent = silent;
  }

  boolean isSilent() {
    return isSilent;
  }

  /// Whether any device has been heard of.
  boolean hasSnapshot() {
    return !snapshots.isEmpty();
  }

  /// Sends the values of a device that are due.
  void reportValues(String device, Moment now) {
    if (isSilent) {
      return;
    }
    ReceivedSnapshot received = snapshots.get(device);
    List<ValueReports> due = reports.get(device);
    if (received != null && due != null) {
      due.forEach(report -> report.report(received, now.nanos(), out, outlet));
    }
    for (IntervalTopic topic : intervalTopics) {
      if (topic.followsReadings()) {
        topic.send(snapshots, now, out, outlet);
      }
    }
  }

  /// Sends each value of each device that is due.
  void reportValues(Moment now) {
    publication.devices().forEach(device -> reportValues(device, now));
  }

  /// Makes all topics due that the broker may have lost.
  ///
  /// @param isEveryStored whether samples that must all arrive are stored here, so that none of
  ///   them was lost
  void forget(boolean isEveryStored) {
    reports.values().forEach(list -> list.forEach(report -> report.forget(isEveryStored)));
    intervalTopics.forEach(IntervalTopic::forget);
  }

  /// Sends the topics that go out at each interval of the publication; before a device was heard of
  /// only those that do not need one.
  void sendIntervalTopics(Moment now) {
    send(null, now);
  }

  /// Sends the topics with the publication's interval of which each message must arrive.
  void sendTopicsThatMustArrive(Moment now) {
    for (IntervalTopic topic : intervalTopics) {
      if (mustArrive(topic) && isHeard(topic)) {
        topic.send(snapshots, now, out, outlet);
      }
    }
  }

  /// Whether there are any.
  boolean hasTopicsThatMustArrive() {
    return intervalTopics.stream().anyMatch(PublicationRenderer::mustArrive);
  }

  private static boolean mustArrive(IntervalTopic topic) {
    return topic.topic().isEvery() && topic.every() == null;
  }

  /// Whether any topic with the publication's interval is sent before a device was heard of.
  boolean speaksFirst() {
    return intervalTopics.stream().anyMatch(topic -> !topic.needsDevice());
  }

  /// The newest snapshot of each device.
  Map<String, ReceivedSnapshot> snapshots() {
    return snapshots;
  }

  /// Sends all that go out at intervals, in their order; before a device was heard of only those
  /// with an interval of their own.
  void sendAll(Moment now) {
    for (IntervalTopic topic : intervalTopics) {
      if (isHeard(topic) && (hasSnapshot() || topic.every() != null)) {
        topic.send(snapshots, now, out, outlet);
      }
    }
  }

  /// Sends the topics that have this interval of their own.
  void sendTopicsEvery(Duration interval, Moment now) {
    send(interval, now);
  }

  private void send(@Nullable Duration interval, Moment now) {
    for (IntervalTopic topic : intervalTopics) {
      boolean isDue =
          interval == null
              ? (topic.every() == null || topic.isOwed()) && (hasSnapshot() || !topic.needsDevice())
              : interval.equals(topic.every());
      if (isDue && isHeard(topic)) {
        topic.send(snapshots, now, out, outlet);
      }
    }
  }

  private boolean isHeard(IntervalTopic topic) {
    return !isSilent || !topic.isTelemetry();
  }

  /// Items of all arrays together.
  int arrayItems() {
    int items = 0;
    for (IntervalTopic topic : intervalTopics) {
      if (topic instanceof ArrayTopic array) {
        items += array.items();
      }
    }
    return items;
  }

  /// The topics that go out at intervals, compiled for the devices heard of.
  List<IntervalTopic> intervalTopics() {
    return intervalTopics;
  }

  private void compile(ReceivedSnapshot received) {
    List<ValueReports> perDevice = new ArrayList<>();
    for (TopicRule rule : publication.contract().topics()) {
      if (rule instanceof PerValue perValue) {
        perDevice.add(new ValueReports(publication, perValue, received.layout()));
      }
    }
    String device = received.snapshot().device();
    reports.put(device, perDevice);
    List<IntervalTopic> before = intervalTopics;
    intervalTopics = compileIntervalTopics();
    keepItems(before, device);
  }

  /// Home Assistant would lose the cells of one battery when another is heard for the first time.
  private void keepItems(List<IntervalTopic> before, String changed) {
    for (IntervalTopic topic : intervalTopics) {
      for (IntervalTopic last : before) {
        if (topic instanceof ArrayTopic array
            && last instanceof ArrayTopic other
            && array.name().equals(other.name())) {
          array.keep(other, changed);
        }
      }
    }
  }

  private List<IntervalTopic> compileIntervalTopics() {
    Map<String, SnapshotLayout> layouts = new HashMap<>();
    snapshots.forEach((device, received) -> layouts.put(device, received.layout()));
    return compiled(publication, layouts, book, this::complain, complaint);
  }

  /// The topics of a publication that go out at intervals.
  ///
  /// @param layouts layouts by device, as far as known
  /// @param book what is known of the gateway itself
  /// @param complaint told of what cannot be shown
  /// @param news told of each change of an alarm
  static List<IntervalTopic> compiled(
      Publication publication,
      Map<String, SnapshotLayout> layouts,
      EventBook book,
      Consumer<String> complaint,
      Consumer<String> news) {
    return publication.contract().topics().stream()
        .flatMap(
            rule -> Stream.ofNullable(compiled(rule, publication, layouts, book, complaint, news)))
        .toList();
  }

  /// The topic of one rule, or null where the publication has none that goes out at intervals.
  static @Nullable IntervalTopic compiled(
      TopicRule rule,
      Publication publication,
      Map<String, SnapshotLayout> layouts,
      EventBook book,
      Consumer<String> complaint,
      Consumer<String> news) {
    return switch (rule) {
      case PerValue perValue -> null;
      case MessageTopic message -> null; // sent by its ReportTopic
      case VenusService venus -> null;
      case EventTopic events -> new EventMessages(events, publication, book);
      case JsonObjectTopic object ->
          ObjectTopic.isIn(object, publication)
              ? new ObjectTopic(object, publication, layouts, book, complaint)
              : null;
      case PlainTopic plain -> new PlainMessage(plain, publication, layouts, book, complaint);
      case AlarmTopic alarm -> AlarmMessage.of(alarm, publication, layouts, news);
      case JsonArrayTopic array ->
          ArrayTopic.isIn(array, publication)
              ? new ArrayTopic(array, publication, layouts, complaint)
              : null;
    };
  }

  private void complain(String text) {
    if (complaints.add(text)) {
      complaint.accept(text);
    }
  }

  /// The intervals that topics of a publication have of their own.
  static List<Duration> ownIntervals(Publication publication) {
    return publication.contract().topics().stream()
        .flatMap(rule -> Stream.ofNullable(ownInterval(rule)))
        .distinct()
        .toList();
  }

  private static @Nullable Duration ownInterval(TopicRule rule) {
    return switch (rule) {
      case JsonObjectTopic object -> object.timing().every();
      case PlainTopic plain -> plain.timing().every();
      case PerValue perValue -> null;
      case VenusService venus -> null;
      case JsonArrayTopic array -> array.every();
      case AlarmTopic alarm -> null;
      case MessageTopic message -> null;
      case EventTopic events -> null;
    };
  }

  /// The topics a publication sends to, in the order of the contract and of the register maps;
  /// without arrays of which no device has an item.
  static List<String> topics(Publication publication, List<Device> devices) {
    return sent(publication, devices).stream().map(Topic::name).toList();
  }

  /// The same with how they are sent.
  static List<Topic> sent(Publication publication, List<Device> devices) {
    Map<String, SnapshotLayout> layouts = new HashMap<>();
    devices.forEach(device -> layouts.put(device.name(), SnapshotLayout.of(device.map())));
    EventBook book = new EventBook(TimeSource.system());
    List<Topic> topics = new ArrayList<>();
    for (TopicRule rule : publication.contract().topics()) {
      if (rule instanceof PerValue perValue) {
        addValues(topics, publication, perValue, devices);
      } else if (rule instanceof MessageTopic) {
        topics.add(Topic.of(rule, publication));
      } else if (rule instanceof VenusService venus) {
        topics.addAll(VenusPortal.topics(venus, publication, layouts));
      } else {
        Stream.ofNullable(compiled(rule, publication, layouts, book, text -> {}, text -> {}))
            .filter(topic -> !(topic instanceof ArrayTopic) || topic.canShow(null))
            .forEach(topic -> topics.add(topic.topic()));
      }
    }
    return topics;
  }

  private static void addValues(
      List<Topic> topics, Publication publication, PerValue rule, List<Device> devices) {
    for (Device device : devices) {
      for (RegisterSpec spec : device.map().registers()) {
        if (publication.devices().contains(device.name()) && !spec.internal()) {
          topics.add(ValueReports.topic(publication, rule, spec));
        }
      }
    }
  }
}
