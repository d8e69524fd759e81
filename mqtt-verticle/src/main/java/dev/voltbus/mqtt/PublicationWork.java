package dev.voltbus.mqtt;

import dev.voltbus.contract.CommandRequest.Until;
import dev.voltbus.contract.CommandResult;
import dev.voltbus.contract.DeviceFeed;
import dev.voltbus.contract.Health;
import dev.voltbus.contract.LayoutBook;
import dev.voltbus.contract.Lease;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.ReceivedSnapshot;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.TopicContract.StatusTopic;
import dev.voltbus.contract.Wiring;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The work on one publication in one holding of its lease: snapshots in, messages out. To be used
/// on one event loop.
final class PublicationWork implements BrokerPublisher.Presence, Outlet {
  private static final Logger LOG = LoggerFactory.getLogger(PublicationWork.class);

  /// What a publication has whoever holds its lease.
  ///
  /// @param retained of the site, the same for all its publications
  /// @param commands its second connection, or null if it takes no commands
  /// @param spoolWatch figures of its outbox, or null if it has none
  record Lasting(
      Vertx vertx,
      Wiring wiring,
      RetainedTopics retained,
      Publication publication,
      LayoutBook book,
      Tally tally,
      EventBook events,
      ControlEvents controlEvents,
      @Nullable CommandLine commands,
      @Nullable SpoolWatch spoolWatch) {

    static Lasting of(
        Vertx vertx,
        Wiring wiring,
        RetainedTopics retained,
        Publication publication,
        LayoutBook book) {
      EventBook events = new EventBook(wiring.time());
      return new Lasting(
          vertx,
          wiring,
          retained,
          publication,
          book,
          Tally.of(wiring.metrics(), wiring.time(), publication, "values"),
          events,
          new ControlEvents(publication.devices().getFirst(), events),
          CommandLine.of(vertx, wiring, retained.site(), publication, events),
          PublicationRenderer.hasEvery(publication)
              ? new SpoolWatch(wiring.time(), wiring.metrics(), publication)
              : null);
    }
  }

  private final Vertx vertx;
  private final Wiring wiring;
  private final TimeSource time;
  private final Site site;
  private final Publication publication;
  private final EventBook events;
  private final @Nullable CommandLine commands;
  private final @Nullable ControlView control;
  private final @Nullable SpoolWatch spoolWatch;
  private final Lease lease;
  private final BrokerPublisher publisher;
  private final Tombstones tombstones;
  private final PublicationRenderer renderer;
  private final DeviceWatch devices;
  private final DeviceFeed feed;
  private final ReportFeed reports;
  private final @Nullable DiscoveryAnnouncer discovery;
  private final @Nullable VenusPortal venus;
  private final PublicationDesk desk;
  private final List<Cycle> cycles = new ArrayList<>();
  private @Nullable Cycle interval;
  private boolean isEnded;

  /// Between the greeting of a connection and its loss, so that nothing overtakes the greeting.
  private boolean isOnline;

  private @Nullable Spool spool;

  /// @param lasting what is there whoever holds the lease
  PublicationWork(Lasting lasting, Lease lease) {
    this.vertx = lasting.vertx;
    this.wiring = lasting.wiring;
    this.time = wiring.time();
    this.site = lasting.retained.site();
    this.publication = lasting.publication;
    this.events = lasting.events;
    this.commands = lasting.commands;
    this.spoolWatch = lasting.spoolWatch;
    this.lease = lease;
    this.publisher =
        new BrokerPublisher(vertx, time, publication, lease::isValid, lasting.tally, this);
    this.tombstones = new Tombstones(vertx, wiring, lasting.retained, publication, publisher::send);
    this.renderer = new PublicationRenderer(publication, this, events, this::complain);
    this.control =
        ControlView.of(
            vertx,
            wiring.bus(),
            time,
            site,
            publication,
            this,
            lasting.controlEvents,
            this::commandResult,
            this::valuesBack);
    this.devices = new DeviceWatch(publication.devices(), events, Moment.now(time));
    this.feed =
        new DeviceFeed(
            wiring.bus(), site.name(), publication.devices(), time, lasting.book, this::accept);
    this.reports =
        new ReportFeed(
            wiring.bus(), site.name(), publication, () -> Moment.now(time), this, this::complain);
    this.discovery =
        DiscoveryAnnouncer.of(vertx, publication, site.control(), this, tombstones, this::sendAll);
    VenusTally asked = new VenusTally(wiring.metrics(), publication);
    this.venus = VenusPortal.of(vertx, time, publication, this, asked, this::complain);
    this.desk =
        new PublicationDesk(
            wiring,
            site.name(),
            publication.name(),
            lease,
            new BrokerErrands(vertx, time, publication, publisher, commands, discovery));
  }

  /// Begins; fails if it cannot, and is to be ended then.
  Future<Void> begin() {
    health().down(part(), "not connected yet");
    return tombstones.begin().compose(known -> openSpool()).compose(open -> beginSending());
  }

  /// Before anything is sent, so that what waits from before goes first.
  private Future<Void> openSpool() {
    @Nullable SpoolWatch watch = spoolWatch;
    @Nullable Path state = wiring.state();
    if (watch == null) {
      return Future.succeededFuture();
    }
    if (state == null) {
      complain("keeps no samples through an outage: started without --state");
      return Future.succeededFuture();
    }
    Path folder = Outboxes.folder(state, site.name(), publication.name());
    return Spool.open(
            vertx, time, watch, Outboxes.options(folder, publication.outbox()), publisher::send)
        .compose(this::take)
        .recover(failure -> {
          complain("keeps no samples through an outage: " + failure.getMessage());
          return Future.succeededFuture();
        });
  }

  /// The lease may have ended while the outbox was opened.
  private Future<Void> take(Spool opened) {
    if (isEnded) {
      return opened.close();
    }
    spool = opened;
    return Future.succeededFuture();
  }

  private Future<Void> beginSending() {
    if (isEnded) {
      return Future.succeededFuture();
    }
    publisher.connect().onFailure(failure -> LOG.debug("{}", failure.getMessage()));
    if (commands != null) {
      commands.begin(lease, publisher, control == null ? Until::in : control::until);
    }
    startCycles();
    if (discovery != null) {
      discovery.changed(renderer);
    }
    return startControl()
        .compose(heard -> feed.start())
        .compose(heard -> reports.start())
        .compose(heard -> desk.open());
  }

  private Future<Void> startControl() {
    return control == null ? Future.succeededFuture() : control.start();
  }

  private void commandResult(CommandResult result) {
    if (commands != null) {
      commands.later(result);
    }
  }

  /// Values that the control held back.
  private void valuesBack() {
    if (isOpen()) {
      sendAll();
    }
  }

  private void askControl() {
    renderer.silence(control != null && !control.isOpen());
  }

  /// Those that do not wait for a device.
  private void startCycles() {
    for (Duration every : PublicationRenderer.ownIntervals(publication)) {
      cycle(every, () -> counting(now -> renderer.sendTopicsEvery(every, now)));
    }
    @Nullable Duration repeat = statusRepeat();
    if (repeat != null && repeat.isPositive()) {
      cycle(repeat, publisher::announce);
    }
    if (venus != null) {
      cycle(publication.interval(), venus::tellSerial);
    }
    if (renderer.speaksFirst()) {
      startInterval();
    }
    if (!reports.isEmpty()) {
      cycles.add(Cycle.start(vertx, time, publication.interval(), this::repeatReports));
    }
  }

  /// Also while the broker is away, if samples are kept.
  private void repeatReports() {
    if (isOpen()) {
      reports.repeat();
    }
  }

  private @Nullable Duration statusRepeat() {
    @Nullable StatusTopic status = publication.contract().status();
    return status == null ? null : status.repeat();
  }

  private void cycle(Duration every, Runnable action) {
    cycles.add(
        Cycle.start(
            vertx,
            time,
            every,
            () -> {
              if (isOnline) {
                action.run();
              }
            }));
  }

  Future<Void> end() {
    isEnded = true;
    cycles.forEach(Cycle::stop);
    tombstones.offline();
    if (discovery != null) {
      discovery.offline();
    }
    if (venus != null) {
      venus.end();
    }
    Future<Void> noMoreRequests = desk.close();
    Future<Void> noMoreState = control == null ? Future.succeededFuture() : control.stop();
    Future<Void> noMoreSnapshots = Future.join(feed.stop(), reports.stop(), noMoreState).mapEmpty();
    Future<Void> noMoreCommands = commands == null ? Future.succeededFuture() : commands.end();
    return Future.join(noMoreRequests, noMoreSnapshots, noMoreCommands)
        .eventually(publisher::disconnect)
        .eventually(this::closeSpool)
        .onComplete(done -> health().gone(part()))
        .otherwiseEmpty()
        .mapEmpty();
  }

  private Future<Void> closeSpool() {
    return spool == null ? Future.succeededFuture() : spool.close();
  }

  /// A sample is stored whether the broker is there or not; of other topics the newest goes out
  /// after the reconnect.
  @Override
  public boolean offer(Topic topic, Buffer payload) {
    if (topic.isEvery() && spool != null) {
      spool.offer(topic, payload);
      return true;
    }
    return isOnline && publisher.offer(topic, payload);
  }

  /// Whether anything that is rendered now has a place to go.
  private boolean isOpen() {
    return isOnline || spool != null;
  }

  @Override
  public void online() {
    isOnline = true;
    health().up(part());
    tellCommands(Connection.Listener::online);
    events.happened(
        "MQTT_CONNECT",
        EventBook.Severity.INFO,
        "connected to broker " + publication.broker().name(),
        "MQTT_DISCONNECT");
    tombstones.online();
    if (discovery != null) {
      announce(discovery);
    }
    if (control != null) {
      control.online();
    }
    sendAll();
    if (venus != null) {
      venus.online();
    }
    if (spool != null) {
      spool.online();
    }
  }

  /// Home Assistant must know first what moves into another message.
  private void announce(DiscoveryAnnouncer announcer) {
    tombstones
        .migrate()
        .onSuccess(told -> {
          if (isOnline) {
            announcer.online();
          }
        })
        .onFailure(failure -> LOG.debug("{}", failure.getMessage()));
  }

  /// Commands that have no connection of their own.
  private void tellCommands(Consumer<Connection.Listener> what) {
    if (commands != null) {
      commands.shared().ifPresent(what);
    }
  }

  /// Everything that can be shown, as after a new connection.
  private void sendAll() {
    askControl();
    Moment now = Moment.now(time);
    renderer.forget(spool != null);
    renderer.reportValues(now);
    counting(renderer::sendAll);
    reports.online();
  }

  @Override
  public void offline(String reason) {
    if (isOnline) {
      events.happened("MQTT_DISCONNECT", EventBook.Severity.INFO, reason, "MQTT_CONNECT");
    }
    isOnline = false;
    tombstones.offline();
    if (spool != null) {
      spool.offline();
    }
    if (discovery != null) {
      discovery.offline();
    }
    health().down(part(), reason);
    tellCommands(listener -> listener.offline(reason));
  }

  @Override
  public void message(MqttPublishMessage message) {
    tellCommands(listener -> listener.message(message));
    if (discovery != null) {
      discovery.message(message);
    }
    if (venus != null) {
      venus.message(message);
    }
  }

  private void accept(ReceivedSnapshot received) {
    askControl();
    boolean isFirst = !renderer.hasSnapshot();
    if (renderer.accept(received) && discovery != null) {
      discovery.changed(renderer);
    }
    if (isOpen()) {
      renderer.reportValues(received.snapshot().device(), Moment.now(time));
    }
    if (venus != null) {
      venus.accept(received);
    }
    if (isFirst) {
      startInterval();
      if (isOpen()) {
        sendIntervalTopics();
      }
    }
  }

  private void startInterval() {
    if (interval == null) {
      Cycle started = Cycle.start(vertx, time, publication.interval(), this::repeat);
      interval = started;
      cycles.add(started);
    }
  }

  private void sendIntervalTopics() {
    devices.look(renderer.snapshots(), Moment.now(time));
    counting(renderer::sendIntervalTopics);
  }

  /// The number of a battery's cells is known once they were read.
  private void counting(Consumer<Moment> sending) {
    askControl();
    int before = renderer.arrayItems();
    sending.accept(Moment.now(time));
    if (discovery != null && renderer.arrayItems() != before) {
      discovery.changed(renderer);
    }
  }

  private void repeat() {
    if (!isOpen()) {
      return;
    }
    @Nullable Duration repeat = statusRepeat();
    if (repeat != null && repeat.isZero()) {
      publisher.announce();
    }
    sendIntervalTopics();
    if (discovery != null && discovery.isIdle() && areAllHeard()) {
      tombstones.release();
    }
  }

  private boolean areAllHeard() {
    return renderer.snapshots().keySet().containsAll(publication.devices());
  }

  private void complain(String text) {
    LOG.warn(
        "mqtt broker={} publication={} {}", publication.broker().name(), publication.name(), text);
  }

  private Health health() {
    return wiring.health();
  }

  private String part() {
    return "publication " + publication.name();
  }
}
