package dev.voltbus.mapping;

import dev.voltbus.contract.Address;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.DevicePoll;
import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.LayoutReply;
import dev.voltbus.contract.Lease;
import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.RequestAddress;
import dev.voltbus.contract.ShardDuty;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.Wiring;
import io.vertx.core.Future;
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
  private final Metrics.Counter snapshots;
  private final Metrics.Counter refused;
  private final Metrics.Timing duration;
  private @Nullable Lease lease;
  private @Nullable DeviceMapper mapper;
  private Bus.@Nullable Subscription layouts;

  DeviceDuty(String site, String device, SnapshotLayout layout, Wiring wiring) {
    this.site = site;
    this.device = device;
    this.layout = layout;
    this.wiring = wiring;
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
    return served
        .ready()
        .recover(failure -> end().transform(ended -> Future.failedFuture(failure)));
  }

  @Override
  public Future<Void> end() {
    lease = null;
    mapper = null;
    Bus.@Nullable Subscription served = layouts;
    layouts = null;
    return served == null ? Future.succeededFuture() : served.cancel();
  }

  /// Maps a poll and publishes the snapshot, if this process holds the device.
  void accept(DevicePoll poll) {
    @Nullable Lease held = lease;
    @Nullable DeviceMapper current = mapper;
    if (held == null || current == null || !held.isValid()) {
      return;
    }
    long began = wiring.time().monotonicNanos();
    DeviceMapper.Outcome outcome = current.map(poll, began);
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
    wiring.bus().publish(Address.snapshots(site), snapshot);
    snapshots.increment();
    duration.record(wiring.time().monotonicNanos() - began);
  }
}
