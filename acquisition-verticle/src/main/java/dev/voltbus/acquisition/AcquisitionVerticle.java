package dev.voltbus.acquisition;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.DevicePoll;
import dev.voltbus.contract.Leases;
import dev.voltbus.contract.Ledger;
import dev.voltbus.contract.Link;
import dev.voltbus.contract.PlannedRead;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.PushSource;
import dev.voltbus.contract.Shard;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.Wiring;
import dev.voltbus.modbus.ModbusClient;
import io.vertx.core.CompositeFuture;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Polls the devices of every link whose lease it holds and publishes what they answer as
/// `DevicePoll`. The only verticle that touches a device.
public final class AcquisitionVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(AcquisitionVerticle.class);

  /// First polls are spread over at most this time, so that all links do not ask at one moment.
  private static final Duration SPREAD = Duration.ofSeconds(1);

  private final Site site;
  private final Wiring wiring;
  private final Clients clients;
  private final Ledger<DevicePoll> ledger;
  private final List<Future<Leases.Claim>> claims = new ArrayList<>();

  public AcquisitionVerticle(Site site, Wiring wiring) {
    this(site, wiring, ModbusClient::create);
  }

  AcquisitionVerticle(Site site, Wiring wiring, Clients clients) {
    this.site = site;
    this.wiring = wiring;
    this.clients = clients;
    this.ledger = Ledger.ofPolls(wiring, site);
  }

  @Override
  public Future<?> start() {
    return ledger.start().compose(heard -> competeForAll());
  }

  private Future<CompositeFuture> competeForAll() {
    if (wiring.state() == null && site.devices().stream().anyMatch(LinkWrites::wears)) {
      LOG.info(
          "site={} no state folder: budgets of flash registers begin anew with each start",
          site.name());
    }
    Agenda agenda = new Agenda(vertx, wiring.time());
    int links = site.links().size();
    for (int i = 0; i < links; i++) {
      claims.add(compete(site.links().get(i), agenda, SPREAD.multipliedBy(i).dividedBy(links)));
    }
    for (Device device : site.devices()) {
      if (device.push() != null) {
        claims.add(compete(device));
      }
    }
    return Future.join(claims)
        .recover(failure -> giveBack().transform((given, late) -> Future.failedFuture(failure)));
  }

  private Future<Leases.Claim> compete(Link link, Agenda agenda, Duration offset) {
    List<Device> devices =
        site.devices().stream().filter(device -> device.link().equals(link.name())).toList();
    Shard shard = new Shard(Shard.Kind.LINK, site.name(), link.name());
    LinkDuty duty =
        new LinkDuty(vertx, clients, site.name(), link, devices, wiring, ledger, agenda, offset);
    return Future.succeededFuture(duty).compose(ready -> wiring.leases().compete(shard, ready));
  }

  /// A name with a dot is no link's.
  private Future<Leases.Claim> compete(Device pushed) {
    Shard shard = new Shard(Shard.Kind.LINK, site.name(), "push." + pushed.name());
    return wiring.leases().compete(shard, new PushDuty(vertx, site.name(), pushed, wiring, ledger));
  }

  @Override
  public Future<?> stop() {
    return giveBack().eventually(ledger::stop);
  }

  private Future<?> giveBack() {
    return Future.join(claims.reversed().stream().map(AcquisitionVerticle::release).toList());
  }

  /// A competition that never began has nothing to give back.
  private static Future<Void> release(Future<Leases.Claim> claim) {
    return claim.transform(
        won -> won.succeeded() ? won.result().release() : Future.succeededFuture());
  }

  /// The read requests a device gets at first, for `voltbus check`: one line each, with the reason
  /// why it ends where it does.
  public static List<String> readPlan(Device device) {
    List<String> lines = new ArrayList<>();
    @Nullable PushSource push = device.push();
    if (push != null) {
      return push.topics().stream().map(topic -> "pushed on " + topic).toList();
    }
    for (PollGroup group : device.map().groups()) {
      for (String line : ReadPlan.of(device.map(), group.name(), PlanRules.of(device)).describe()) {
        lines.add(group.name() + " every " + millis(group.period()) + ": " + line);
      }
    }
    return lines;
  }

  /// The same requests as data, in the order of the poll groups: what a device is asked before
  /// anything was learned about it. Addresses are those of the register map.
  public static List<PlannedRead> plannedReads(Device device) {
    List<PlannedRead> reads = new ArrayList<>();
    for (PollGroup group : device.map().groups()) {
      ReadPlan.of(device.map(), group.name(), PlanRules.of(device)).requests().stream()
          .map(request -> request.planned(group))
          .forEach(reads::add);
    }
    return reads;
  }

  /// The writable registers of a device and what it wants to see again and again, for `voltbus
  /// check`: one line each.
  public static List<String> writePlan(Device device) {
    List<String> lines = new ArrayList<>();
    WriteTarget.of(device).values().forEach(target -> lines.add(target.plan()));
    device.map().keepAlive().forEach(rule -> lines.add(KeepAlives.plan(rule)));
    return lines;
  }

  private static String millis(Duration period) {
    return period.toMillis() % 1000 == 0 ? period.toSeconds() + " s" : period.toMillis() + " ms";
  }
}
