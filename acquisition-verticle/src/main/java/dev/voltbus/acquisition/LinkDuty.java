package dev.voltbus.acquisition;

import dev.voltbus.contract.Address;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.DevicePoll;
import dev.voltbus.contract.Lease;
import dev.voltbus.contract.Link;
import dev.voltbus.contract.LinkStatus;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.ShardDuty;
import dev.voltbus.contract.Wiring;
import dev.voltbus.modbus.ConnectionState;
import dev.voltbus.modbus.ModbusClient;
import dev.voltbus.modbus.ModbusClientOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One link while this process holds its lease: a Modbus connection, the polls of the devices
/// behind it, one at a time in the order in which they fall due, and the pauses after a failed
/// connection.
final class LinkDuty implements ShardDuty {
  private static final Logger LOG = LoggerFactory.getLogger(LinkDuty.class);

  private final Vertx vertx;
  private final String site;
  private final Link link;
  private final Wiring wiring;
  private final Agenda agenda;
  private final Duration offset;
  private final List<GroupPolls> polls = new ArrayList<>();
  private final Backoff backoff;
  private final Deque<GroupPolls> due = new ArrayDeque<>();
  private @Nullable Lease lease;
  private @Nullable ModbusClient client;
  private boolean busy;
  private boolean connected;
  private long retryAtNanos;
  private String downReason = "";

  LinkDuty(
      Vertx vertx,
      String site,
      Link link,
      List<Device> devices,
      Wiring wiring,
      Agenda agenda,
      Duration offset) {
    this.vertx = vertx;
    this.site = site;
    this.link = link;
    this.wiring = wiring;
    this.agenda = agenda;
    this.offset = offset;
    this.backoff =
        new Backoff(link.reconnectMin(), link.reconnectMax(), RandomGenerator.getDefault());
    for (Device device : devices) {
      DeviceWatch watch = new DeviceWatch(site, device, wiring);
      for (PollGroup group : device.map().groups()) {
        polls.add(new GroupPolls(device, group, watch));
      }
    }
    polls.removeIf(GroupPolls::isEmpty);
  }

  @Override
  public Future<Void> begin(Lease won) {
    lease = won;
    busy = false;
    connected = false;
    downReason = "";
    retryAtNanos = wiring.time().monotonicNanos();
    backoff.reset();
    client =
        ModbusClient.create(
                vertx,
                ModbusClientOptions.of(link.url())
                    .withConnectTimeout(link.connectTimeout())
                    .withRequestTimeout(link.requestTimeout()))
            .connectionHandler(this::connectionChanged);
    wiring.health().down("link " + link.name(), "not connected yet");
    long first = wiring.time().monotonicNanos() + offset.toNanos();
    long epoch = wiring.time().wallMillis();
    for (GroupPolls group : polls) {
      group.begin(epoch, first);
      appoint(group, won);
    }
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> end() {
    lease = null;
    due.clear();
    wiring.health().gone("link " + link.name());
    polls.forEach(group -> group.watch().end());
    @Nullable ModbusClient open = client;
    client = null;
    return open == null ? Future.succeededFuture() : open.close();
  }

  private void appoint(GroupPolls group, Lease held) {
    agenda.at(group.dueNanos(), () -> fallDue(group, held));
  }

  private void fallDue(GroupPolls group, Lease held) {
    if (!held.equals(lease)) {
      return;
    }
    if (group.isWaiting()) {
      group.watch().missed();
    } else {
      group.wait(true);
      due.add(group);
    }
    group.advance(wiring.time().monotonicNanos());
    appoint(group, held);
    runNext();
  }

  private void runNext() {
    @Nullable Lease held = lease;
    @Nullable ModbusClient open = client;
    if (busy || held == null || open == null || due.isEmpty()) {
      return;
    }
    GroupPolls group = due.remove();
    busy = true;
    poll(group, open, held)
        .onSuccess(poll -> publish(group, poll, held))
        .onFailure(failure -> LOG.error("link={} poll ended early", link.name(), failure))
        .onComplete(ended -> finish(group));
  }

  private void finish(GroupPolls group) {
    group.wait(false);
    busy = false;
    runNext();
  }

  /// While the link waits for its next connection attempt, a poll fails without touching the wire.
  private Future<DevicePoll> poll(GroupPolls group, ModbusClient open, Lease held) {
    PollRun run = new PollRun(group, open, held, link.requestTimeout(), wiring.time());
    boolean waiting = !connected && wiring.time().monotonicNanos() < retryAtNanos;
    return waiting ? Future.succeededFuture(run.unconnected(downReason)) : run.run();
  }

  private void publish(GroupPolls group, DevicePoll poll, Lease held) {
    if (held.equals(lease) && held.isValid()) {
      group.watch().polled(poll);
      wiring.bus().publish(Address.polls(site), poll);
    }
  }

  private void connectionChanged(ConnectionState state) {
    switch (state) {
      case ConnectionState.Connected() -> connected();
      case ConnectionState.ConnectFailed(String reason) -> unreachable(reason);
      case ConnectionState.Lost(String reason) -> lost(reason);
    }
  }

  private void connected() {
    if (!connected && !downReason.isEmpty()) {
      LOG.info("link={} connected again to {}", link.name(), link.url());
    } else if (!connected) {
      LOG.info("link={} connected to {}", link.name(), link.url());
    }
    connected = true;
    downReason = "";
    backoff.reset();
    wiring.health().up("link " + link.name());
    announce();
  }

  private void unreachable(String reason) {
    boolean first = backoff.isReset();
    connected = false;
    downReason = reason;
    Duration pause = backoff.next();
    retryAtNanos = wiring.time().monotonicNanos() + pause.toNanos();
    if (first) {
      LOG.warn("link={} cannot connect: {}; trying again", link.name(), reason);
      wiring.health().down("link " + link.name(), reason);
      announce();
    }
  }

  /// The next poll connects again at once; only a failed attempt brings a pause.
  private void lost(String reason) {
    connected = false;
    downReason = reason;
    LOG.warn("link={} connection lost: {}", link.name(), reason);
    wiring.health().down("link " + link.name(), reason);
    announce();
  }

  private void announce() {
    @Nullable Lease held = lease;
    if (held != null) {
      wiring
          .bus()
          .publish(
              Address.links(site),
              new LinkStatus(link.name(), held.token(), connected, downReason));
    }
  }
}
