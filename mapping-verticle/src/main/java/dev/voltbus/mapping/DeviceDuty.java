package dev.voltbus.mapping;

import dev.voltbus.contract.Address;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.DevicePoll;
import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.KeptReply;
import dev.voltbus.contract.KeptRequest;
import dev.voltbus.contract.LayoutReply;
import dev.voltbus.contract.Lease;
import dev.voltbus.contract.Ledger;
import dev.voltbus.contract.Message;
import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.PollMark;
import dev.voltbus.contract.RequestAddress;
import dev.voltbus.contract.ShardDuty;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.Wiring;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The mapping of one device while this process holds its lease.
final class DeviceDuty implements ShardDuty {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceDuty.class);

  private final String site;
  private final String device;
  private final SnapshotLayout layout;
  private final Wiring wiring;
  private final Ledger<DeviceSnapshot> ledger;
  private final Metrics.Counter snapshots;
  private final Metrics.Counter refused;
  private final Metrics.Counter replayed;
  private final Metrics.Timing duration;
  private @Nullable Lease lease;
  private @Nullable DeviceMapper mapper;

  /// Polls that arrive while those that were kept are fetched; null at other times.
  private @Nullable List<Arrived> held;

  private record Arrived(DevicePoll poll, long nanos) {}

  private Bus.@Nullable Subscription layouts;

  DeviceDuty(
      String site,
      String device,
      SnapshotLayout layout,
      Wiring wiring,
      Ledger<DeviceSnapshot> ledger) {
    this.site = site;
    this.device = device;
    this.layout = layout;
    this.wiring = wiring;
    this.ledger = ledger;
    Metrics metrics = wiring.metrics();
    this.snapshots =
        metrics.counter(
            "voltbus_snapshots_total", "Snapshots built", "site", site, "device", device);
    this.refused =
        metrics.counter(
            "voltbus_mapping_refused_polls_total",
            "Polls refused because they were repeated or came from a former owner of the link",
            "site",
            site,
            "device",
            device);
    this.replayed =
        metrics.counter(
            "voltbus_mapping_replayed_polls_total",
            "Polls fetched that a former owner may not have mapped",
            "site",
            site,
            "device",
            device);
    this.duration = metrics.timing("voltbus_mapping_seconds", "Time to map one poll", "site", site);
  }

  @Override
  public Future<Void> begin(Lease won) {
    lease = won;
    mapper =
        new DeviceMapper(
            device, layout, new HeldReadingsWatch(site, device, layout, wiring.metrics()));
    Bus.Subscription served =
        wiring
            .bus()
            .serve(
                RequestAddress.layout(site, device),
                question -> Future.succeededFuture(new LayoutReply(device, layout.map())));
    layouts = served;
    return Future.all(
            served.ready(), ledger.open(device, RequestAddress.keptSnapshots(site, device)))
        .compose(ready -> fetch(won))
        .recover(failure -> end().transform(ended -> Future.failedFuture(failure)));
  }

  /// What a former owner may have taken with it.
  private Future<Void> fetch(Lease won) {
    held = new ArrayList<>();
    return Ledger.ask(
            wiring.bus(),
            RequestAddress.keptPolls(site, device),
            new KeptRequest(device, "", PollMark.NONE))
        .map(KeptReply::messages)
        .compose(kept -> {
          if (won.equals(lease)) {
            take(kept);
          }
          return Future.succeededFuture();
        });
  }

  private void take(List<Message> kept) {
    long now = wiring.time().monotonicNanos();
    for (Message each : kept) {
      if (each instanceof DevicePoll poll) {
        replayed.increment();
        map(poll, now);
      }
    }
    List<Arrived> arrived = Objects.requireNonNull(held);
    held = null;
    arrived.forEach(each -> map(each.poll, each.nanos));
  }

  @Override
  public Future<Void> end() {
    lease = null;
    mapper = null;
    held = null;
    Bus.@Nullable Subscription served = layouts;
    layouts = null;
    Future<Void> forgotten = ledger.close(device);
    return served == null ? forgotten : served.cancel().eventually(() -> forgotten);
  }

  /// Maps a poll and publishes the snapshot, if this process holds the device.
  void accept(DevicePoll poll) {
    long now = wiring.time().monotonicNanos();
    if (held == null) {
      map(poll, now);
    } else {
      held.add(new Arrived(poll, now));
    }
  }

  private void map(DevicePoll poll, long arrivedNanos) {
    @Nullable Lease current = lease;
    @Nullable DeviceMapper its = mapper;
    if (current == null || its == null || !current.isValid()) {
      return;
    }
    long began = wiring.time().monotonicNanos();
    DeviceMapper.Outcome outcome = its.map(poll, arrivedNanos);
    switch (outcome) {
      case DeviceMapper.Mapped mapped -> publish(mapped.snapshot(), began);
      case DeviceMapper.Refused refusal -> {
        refused.increment();
        LOG.debug(
            "device={} poll {}/{} refused: {}",
            device,
            poll.epoch(),
            poll.sequence(),
            refusal.reason());
      }
    }
  }

  private void publish(DeviceSnapshot snapshot, long began) {
    ledger.keep(device, snapshot, snapshot.bytes(), snapshot.keptMillis());
    wiring.bus().publish(Address.snapshots(site), snapshot);
    snapshots.increment();
    duration.record(wiring.time().monotonicNanos() - began);
  }
}
