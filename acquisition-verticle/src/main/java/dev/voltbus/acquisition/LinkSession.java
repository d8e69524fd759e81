package dev.voltbus.acquisition;

import dev.voltbus.contract.Address;
import dev.voltbus.contract.Lease;
import dev.voltbus.contract.Link;
import dev.voltbus.contract.LinkTls;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.Wiring;
import dev.voltbus.modbus.ConnectionState;
import dev.voltbus.modbus.ModbusClient;
import dev.voltbus.modbus.ModbusClientOptions;
import dev.voltbus.modbus.TlsFiles;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.random.RandomGenerator;

/// One turn of a link, from winning its lease to losing it: a Modbus connection, the polls of the
/// devices behind it, one at a time in the order in which they fall due, and the pauses after a
/// failed attempt to connect.
///
/// After [#end] it publishes nothing and touches nothing that the next turn uses.
final class LinkSession implements LinkWrites.Polls {
  private static final Duration ANNOUNCED_EVERY = Duration.ofSeconds(10);

  private final String site;
  private final Link link;
  private final Lease lease;
  private final Wiring wiring;
  private final Agenda agenda;
  private final LinkWatch watch;
  private final List<DeviceWatch> devices;
  private final long epoch;
  private final Backoff backoff;
  private final ModbusClient client;
  private final List<GroupPolls> polls = new ArrayList<>();
  private final Deque<GroupPolls> due = new ArrayDeque<>();
  private final LinkWrites writes;
  private boolean busy;
  private boolean ended;
  private long retryAtNanos;

  LinkSession(
      Vertx vertx,
      String site,
      Link link,
      Lease lease,
      Wiring wiring,
      Agenda agenda,
      LinkWatch watch,
      WriteWatch writeWatch,
      List<DeviceWatch> devices) {
    this.site = site;
    this.link = link;
    this.lease = lease;
    this.wiring = wiring;
    this.agenda = agenda;
    this.watch = watch;
    this.devices = devices;
    this.epoch = wiring.time().wallMillis();
    this.backoff =
        new Backoff(link.reconnectMin(), link.reconnectMax(), RandomGenerator.getDefault());
    this.client = ModbusClient.create(vertx, options(link));
    this.writes =
        new LinkWrites(vertx, site, link, lease, wiring, agenda, client, writeWatch, this);
    devices.forEach(device -> writes.add(device.device()));
  }

  private static ModbusClientOptions options(Link link) {
    ModbusClientOptions options =
        ModbusClientOptions.of(link.url())
            .withConnectTimeout(link.connectTimeout())
            .withRequestTimeout(link.requestTimeout());
    LinkTls files = link.tls();
    return files == null
        ? options
        : options.withTls(
            new TlsFiles(
                files.caFile(), files.certificateFile(), files.keyFile(), files.verifyHost()));
  }

  /// Completes when write requests are taken.
  ///
  /// @param offset time to the first polls
  Future<Void> begin(Duration offset) {
    client.connectionHandler(this::connectionChanged);
    watch.begin(lease.token());
    long first = wiring.time().monotonicNanos() + offset.toNanos();
    for (DeviceWatch device : devices) {
      device.begin();
      for (PollGroup group : device.device().map().groups()) {
        polls.add(new GroupPolls(group, device));
      }
    }
    polls.removeIf(GroupPolls::isEmpty);
    polls.forEach(group -> group.beginAt(first));
    polls.forEach(this::appoint);
    announceLater();
    return writes.begin();
  }

  private void announceLater() {
    long next = wiring.time().monotonicNanos() + ANNOUNCED_EVERY.toNanos();
    agenda.at(
        next,
        this,
        () -> {
          watch.announce();
          announceLater();
        });
  }

  /// Completes when the socket is closed; a request that is out may take its time limit.
  Future<Void> end() {
    ended = true;
    Future<Void> unregistered = writes.end();
    due.clear();
    agenda.drop(this);
    watch.end();
    devices.forEach(DeviceWatch::end);
    return unregistered.eventually(client::close);
  }

  private void appoint(GroupPolls group) {
    agenda.at(group.dueNanos(), this, () -> fallDue(group));
  }

  private void fallDue(GroupPolls group) {
    if (group.isWaiting()) {
      group.watch().missed(1);
    } else {
      enqueue(group);
    }
    group.watch().missed(group.advance(wiring.time().monotonicNanos()));
    appoint(group);
    runNext();
  }

  private void enqueue(GroupPolls group) {
    group.startWaiting();
    due.add(group);
  }

  private void runNext() {
    while (!busy && !writes.isBusy() && !due.isEmpty()) {
      start(due.remove());
    }
  }

  /// While the link waits for its next attempt to connect, a poll fails without touching the wire.
  private void start(GroupPolls group) {
    PollRun run = new PollRun(group, client, lease, link.requestTimeout(), wiring.time());
    if (watch.isDown() && wiring.time().monotonicNanos() < retryAtNanos) {
      run.giveUp(watch.reason());
      finish(group, run);
    } else {
      busy = true;
      run.run().onComplete(ran -> finishAndGoOn(group, run));
    }
  }

  private void finishAndGoOn(GroupPolls group, PollRun run) {
    busy = false;
    try {
      finish(group, run);
    } finally {
      runNext();
    }
  }

  private void finish(GroupPolls group, PollRun run) {
    group.endWaiting(run.lacksConnection());
    if (!ended && lease.isValid()) {
      DeviceWatch device = group.watch();
      device.polled(run.blocks());
      wiring.bus().publish(Address.polls(site), run.poll(epoch, device.nextSequence()));
    }
  }

  @Override
  public void goOn() {
    runNext();
  }

  @Override
  public void written(WriteTarget target) {
    polls.stream()
        .filter(group -> group.device().equals(target.device()))
        .filter(group -> group.group().name().equals(target.codec().spec().group()))
        .filter(group -> !group.isWaiting() && !ended)
        .forEach(this::enqueue);
    runNext();
  }

  private void connectionChanged(ConnectionState state) {
    if (ended) {
      return;
    }
    switch (state) {
      case ConnectionState.Connected() -> connected();
      case ConnectionState.ConnectFailed(String reason) -> unreachable(reason);
      case ConnectionState.Lost(String reason) -> watch.lost(reason);
      case ConnectionState.Disconnected() -> {}
    }
  }

  private void connected() {
    backoff.reset();
    watch.connected();
    pollAgain(polls.size());
  }

  private void unreachable(String reason) {
    watch.unreachable(reason);
    retryAtNanos = wiring.time().monotonicNanos() + backoff.next().toNanos();
    agenda.at(retryAtNanos, this, this::tryAgain);
  }

  /// One poll is enough to find out; the others follow when there is a connection.
  private void tryAgain() {
    if (watch.isDown() && wiring.time().monotonicNanos() >= retryAtNanos) {
      pollAgain(1);
    }
  }

  /// Polls at once what failed for want of a connection: its own next time may be far off.
  private void pollAgain(int most) {
    polls.stream().filter(GroupPolls::isOwed).limit(most).toList().forEach(this::enqueue);
    runNext();
  }
}
