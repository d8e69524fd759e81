package dev.voltbus.mqtt;

import dev.voltbus.contract.Address;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.SiteReport;
import dev.voltbus.contract.TopicContract.MessageTopic;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Brings in the messages about the whole site that topics of a publication show, and sends them.
final class ReportFeed {
  private final Bus bus;
  private final String site;
  private final List<ReportTopic> topics;
  private final Supplier<Moment> clock;
  private final Outlet outlet;
  private final Consumer<String> complaint;
  private final List<Bus.Subscription> subscriptions = new ArrayList<>();

  /// @param complaint told when what a topic shows has become too old
  ReportFeed(
      Bus bus,
      String site,
      Publication publication,
      Supplier<Moment> clock,
      Outlet outlet,
      Consumer<String> complaint) {
    this.bus = bus;
    this.site = site;
    this.topics =
        publication.contract().topics().stream()
            .filter(MessageTopic.class::isInstance)
            .map(rule -> new ReportTopic((MessageTopic) rule, publication))
            .toList();
    this.clock = clock;
    this.outlet = outlet;
    this.complaint = complaint;
  }

  /// Whether the contract shows any message.
  boolean isEmpty() {
    return topics.isEmpty();
  }

  Future<Void> start() {
    topics.stream()
        .map(ReportTopic::kind)
        .distinct()
        .forEach(kind -> subscriptions.add(subscribe(kind)));
    return Future.join(subscriptions.stream().map(Bus.Subscription::ready).toList()).mapEmpty();
  }

  Future<Void> stop() {
    List<Future<Void>> cancelled = subscriptions.stream().map(Bus.Subscription::cancel).toList();
    subscriptions.clear();
    return Future.join(cancelled).mapEmpty();
  }

  private Bus.Subscription subscribe(SiteReport.Kind kind) {
    return switch (kind) {
      case SAFETY -> bus.subscribe(Address.safety(site), report -> accept(kind, report));
      case ANOMALY -> bus.subscribe(Address.anomaly(site), report -> accept(kind, report));
      case DISPATCH -> bus.subscribe(Address.dispatch(site), report -> accept(kind, report));
    };
  }

  private void accept(SiteReport.Kind kind, SiteReport report) {
    if (subscriptions.isEmpty()) {
      return;
    }
    Moment now = clock.get();
    for (ReportTopic topic : topics) {
      if (topic.kind() == kind) {
        topic.accept(report, now, outlet);
      }
    }
  }

  /// At each interval of the publication.
  void repeat() {
    Moment now = clock.get();
    for (ReportTopic topic : topics) {
      topic.repeat(now, outlet);
      if (topic.fallsSilent(now)) {
        complaint.accept(topic.topic().name() + " is silent: the last message is too old to show");
      }
    }
  }

  /// After a new connection: what could not be sent before.
  void online() {
    Moment now = clock.get();
    topics.forEach(topic -> topic.sendUnsent(now, outlet));
  }
}
