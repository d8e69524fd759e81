package dev.voltbus.mqtt;

import dev.voltbus.contract.CommandRequest.Until;
import dev.voltbus.contract.CommandResult;
import dev.voltbus.contract.DeviceFeed;
import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.Health;
import dev.voltbus.contract.LayoutBook;
import dev.voltbus.contract.Lease;
import dev.voltbus.contract.Metrics;
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
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The work on one publication in one holding of its lease: snapshots in, messages out. To be used
/// on one event loop.
final class PublicationWork implements BrokerPublisher.Presence, Outlet {
  private static final Logger LOG = LoggerFactory.getLogger(PublicationWork.class);
  private static final long LATE_WILL_MILLIS = 2_000;
  private static final long DRAINED_WITHIN_MILLIS = 700;
  private static final Duration LONGEST_AWAITED = Duration.ofSeconds(10);

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
          publication.mustDeliver()
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
  private final Deliveries deliveries;
  private final Metrics.Counter replayed;
  private final List<Cycle> cycles = new ArrayList<>();
  private @Nullable Cycle interval;
  private boolean isEnded;

  /// Between the greeting of a connection and its loss, so that nothing overtakes the greeting.
  private boolean isOnline;

  private boolean wasOnline;
  private @Nullable Spool spool;
  private Taking taking = Taking.LIVE;

  /// When the last topics with the publication's interval were sent for what came late.
  private @Nullable Long lateNanos;

  /// How what is rendered now is to be taken.
  private enum Taking {
    LIVE,
    /// It was kept for want of an owner: only what must arrive is sent, as it would have been then.
    LATE,
    /// A former owner has sent it: it only counts as sent.
    KNOWN
  }

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
            wiring.bus(),
            site.name(),
            publication.devices(),
            time,
            lasting.book,
            this::accept,
            counter("voltbus_mqtt_duplicate_polls_total", "Polls that arrived twice or too late"));
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
    this.deliveries = new Deliveries(vertx, wiring.bus(), site.name(), publication.name(), lease);
    this.replayed =
        counter(
            "voltbus_mqtt_replayed_polls_total",
            "Polls fetched that a former owner has not delivered");
  }

  private Metrics.Counter counter(String name, String help) {
    return wiring.metrics().counter(name, help, "publication", publication.name());
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
            vertx,
            time,
            watch,
            Outboxes.options(folder, publication.outbox()),
            publisher::send,
            deliveries::acknowledged)
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
    if (publication.mustDeliver()) {
      deliveries.begin();
    }
    return startControl()
        .compose(heard -> feed.start())
        .compose(heard -> catchUp())
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

  /// Values that the control held back. What must arrive comes again, as far as nobody stopped it.
  private void valuesBack() {
    catchUp()
        .onComplete(done -> {
          if (isOpen() && !isEnded) {
            sendAll();
          }
        });
  }

  /// Takes what came while nobody had this publication.
  private Future<Void> catchUp() {
    return feed.catchUp(publication.name(), deliveries::known)
        .compose(count -> {
          lateNanos = null;
          if (count > 0 && isOpen() && !isEnded) {
            renderer.reportValues(Moment.now(time));
            sendIntervalTopics();
          }
          return Future.succeededFuture();
        });
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
        .eventually(this::drain)
        .eventually(publisher::disconnect)
        .eventually(this::closeSpool)
        .onComplete(done -> health().gone(part()))
        .otherwiseEmpty()
        .mapEmpty();
  }

  /// What is stored is sent while the broker is there, so that it need not wait for this node's
  /// return.
  private Future<Void> drain() {
    Future<Void> drained = spool == null || !isOnline ? Future.succeededFuture() : spool.emptied();
    return drained
        .timeout(DRAINED_WITHIN_MILLIS, TimeUnit.MILLISECONDS)
        .otherwiseEmpty()
        .onComplete(done -> deliveries.end());
  }

  private Future<Void> closeSpool() {
    return spool == null ? Future.succeededFuture() : spool.close();
  }

  /// A sample is stored whether the broker is there or not; of other topics the newest goes out
  /// after the reconnect.
  @Override
  public boolean offer(Topic topic, Buffer payload) {
    if (topic.isEvery()) {
      return taking == Taking.KNOWN || offerSample(topic, payload);
    }
    return taking == Taking.LIVE && isOnline && publisher.offer(topic, payload);
  }

  private boolean offerSample(Topic topic, Buffer payload) {
    if (spool != null) {
      deliveries.storing(spool.offer(topic, payload));
      return true;
    }
    if (!isOnline) {
      return false;
    }
    Future<Void> sent = publisher.send(topic, payload);
    deliveries.sending(sent);
    return !sent.failed();
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
    outlastWill();
  }

  /// The will of a former owner, whose connection the broker ended for this one, may come late.
  private void outlastWill() {
    if (!wasOnline && lease.isTakenOver()) {
      vertx.setTimer(LATE_WILL_MILLIS, id -> publisher.announce());
    }
    wasOnline = true;
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
    boolean isLive = received.snapshot().keptMillis() == 0;
    if (isOpen()) {
      report(received.snapshot());
    }
    if (venus != null && isLive) {
      venus.accept(received);
    }
    if (isFirst) {
      startInterval();
      if (isOpen() && isLive) {
        sendIntervalTopics();
      }
    }
  }

  /// What the control holds back for want of knowledge is not taken yet; what it holds back because
  /// the battery is stopped is never sent.
  private void report(DeviceSnapshot snapshot) {
    boolean isUnknown = renderer.isSilent() && (control == null || !control.isStopped());
    if (isUnknown) {
      return;
    }
    taking = takingOf(snapshot);
    if (taking == Taking.LATE) {
      replayed.increment();
    }
    deliveries.taken(snapshot);
    Moment then = Moment.now(time).before(snapshot.keptMillis());
    boolean isTurn = taking != Taking.LIVE && isIntervalOver(then);
    try {
      renderer.reportValues(snapshot.device(), then);
      if (isTurn) {
        renderer.sendTopicsThatMustArrive(then);
        lateNanos = then.nanos();
      }
    } finally {
      taking = Taking.LIVE;
    }
    if (isTurn || !isSentWithInterval()) {
      deliveries.close();
    }
  }

  /// Whether a poll is done with only when the publication's interval is over. With a long one only
  /// some polls are meant to be sent, and nobody keeps the others so long.
  private boolean isSentWithInterval() {
    return !renderer.isSilent()
        && publication.interval().compareTo(LONGEST_AWAITED) <= 0
        && renderer.hasTopicsThatMustArrive();
  }

  private Taking takingOf(DeviceSnapshot snapshot) {
    if (snapshot.keptMillis() == 0) {
      return Taking.LIVE;
    }
    return spool == null || deliveries.isDelivered(snapshot) ? Taking.KNOWN : Taking.LATE;
  }

  /// Polls and intervals of the same length must not miss each other.
  private boolean isIntervalOver(Moment then) {
    return lateNanos == null
        || (then.nanos() - lateNanos) * 4 >= publication.interval().toNanos() * 3;
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
    deliveries.close();
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
