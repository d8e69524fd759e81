package dev.voltbus.mapping;

import dev.voltbus.contract.Address;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.DevicePoll;
import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.Leases;
import dev.voltbus.contract.Ledger;
import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.Shard;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.Wiring;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Builds a `DeviceSnapshot` from each `DevicePoll` of the devices whose lease it holds, and
/// answers for their layouts.
public final class MappingVerticle extends VerticleBase {
  private final Site site;
  private final Wiring wiring;
  private final Map<String, DeviceDuty> duties = new HashMap<>();
  private final List<Leases.Claim> claims = new ArrayList<>();
  private final Ledger<DeviceSnapshot> ledger;
  private final Metrics.Counter foreign;
  private Bus.@Nullable Subscription polls;

  public MappingVerticle(Site site, Wiring wiring) {
    this.site = site;
    this.wiring = wiring;
    this.ledger = Ledger.ofSnapshots(wiring, site);
    this.foreign =
        wiring
            .metrics()
            .counter(
                "voltbus_mapping_unknown_polls_total",
                "Polls of devices this node has no configuration for",
                "site",
                site.name());
  }

  @Override
  public Future<?> start() {
    Bus.Subscription subscription = wiring.bus().subscribe(Address.polls(site.name()), this::map);
    polls = subscription;
    return Future.all(subscription.ready(), ledger.start()).compose(ready -> competeForAll());
  }

  private Future<Void> competeForAll() {
    List<Future<Void>> all = new ArrayList<>();
    Map<Long, SnapshotLayout> layouts = new HashMap<>();
    for (Device device : site.devices()) {
      SnapshotLayout own = SnapshotLayout.of(device.map());
      all.add(compete(device.name(), layouts.computeIfAbsent(own.id(), id -> own)));
    }
    return Future.all(all).mapEmpty();
  }

  private Future<Void> compete(String device, SnapshotLayout layout) {
    DeviceDuty duty = new DeviceDuty(site.name(), device, layout, wiring, ledger);
    duties.put(device, duty);
    return wiring
        .leases()
        .compete(new Shard(Shard.Kind.DEVICE, site.name(), device), duty)
        .onSuccess(claims::add)
        .mapEmpty();
  }

  private void map(DevicePoll poll) {
    @Nullable DeviceDuty duty = duties.get(poll.device());
    if (duty == null) {
      foreign.increment();
    } else {
      duty.accept(poll);
    }
  }

  @Override
  public Future<?> stop() {
    List<Future<Void>> ends = new ArrayList<>();
    claims.reversed().forEach(claim -> ends.add(claim.release()));
    Bus.@Nullable Subscription subscription = polls;
    if (subscription != null) {
      ends.add(subscription.cancel());
    }
    ends.add(ledger.stop());
    return Future.join(ends);
  }
}
