package dev.voltbus.acquisition;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.Leases;
import dev.voltbus.contract.Link;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.Shard;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.Wiring;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Polls the devices of every link whose lease it holds and publishes what they answer as
/// `DevicePoll`. The only verticle that touches a device.
public final class AcquisitionVerticle extends VerticleBase {
  /// First polls are spread over at most this time, so that all links do not ask at one moment.
  private static final Duration SPREAD = Duration.ofSeconds(1);

  private final Site site;
  private final Wiring wiring;
  private final List<Leases.Claim> claims = new ArrayList<>();
  private @Nullable Agenda agenda;

  public AcquisitionVerticle(Site site, Wiring wiring) {
    this.site = site;
    this.wiring = wiring;
  }

  @Override
  public Future<?> start() {
    Agenda shared = new Agenda(vertx, wiring.time());
    agenda = shared;
    List<Future<Void>> all = new ArrayList<>();
    for (int i = 0; i < site.links().size(); i++) {
      Duration offset = SPREAD.multipliedBy(i).dividedBy(site.links().size());
      all.add(compete(site.links().get(i), shared, offset));
    }
    return all.isEmpty() ? Future.succeededFuture() : Future.all(all);
  }

  private Future<Void> compete(Link link, Agenda shared, Duration offset) {
    List<Device> devices =
        site.devices().stream().filter(device -> device.link().equals(link.name())).toList();
    LinkDuty duty = new LinkDuty(vertx, site.name(), link, devices, wiring, shared, offset);
    return wiring
        .leases()
        .compete(new Shard(Shard.Kind.LINK, site.name(), link.name()), duty)
        .onSuccess(claims::add)
        .mapEmpty();
  }

  @Override
  public Future<?> stop() {
    @Nullable Agenda shared = agenda;
    if (shared != null) {
      shared.clear();
    }
    List<Future<Void>> ends = claims.reversed().stream().map(Leases.Claim::release).toList();
    return ends.isEmpty() ? Future.succeededFuture() : Future.join(ends);
  }

  /// The read requests a device gets, for `voltbus check`: one line each.
  public static List<String> readPlan(Device device) {
    List<String> lines = new ArrayList<>();
    for (PollGroup group : device.map().groups()) {
      for (ReadPlan.Request request : ReadPlan.of(device.map(), group.name()).requests()) {
        lines.add(group.name() + " every " + millis(group.period()) + ": " + request.describe());
      }
    }
    return lines;
  }

  private static String millis(Duration period) {
    return period.toMillis() % 1000 == 0 ? period.toSeconds() + " s" : period.toMillis() + " ms";
  }
}
