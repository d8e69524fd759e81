package dev.voltbus.command;

import dev.voltbus.contract.Address;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.CommandRequest;
import dev.voltbus.contract.CommandResult;
import dev.voltbus.contract.ControlState;
import dev.voltbus.contract.Lease;
import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.RequestAddress;
import dev.voltbus.contract.ShardDuty;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.Wiring;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The control of one site while this process holds its lease.
///
/// No battery has a limit target yet (`docs/decisions/0003-commands-without-target.md`), so each
/// command is refused with that reason, as design "Commands fail to the safe side" asks, and the
/// mode stays `RUNNING`.
final class SiteControl implements ShardDuty {
  private static final Logger LOG = LoggerFactory.getLogger(SiteControl.class);
  private static final Duration ANNOUNCED_EVERY = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final Site site;
  private final Wiring wiring;
  private final Metrics.Counter refused;
  private @Nullable Lease lease;
  private Bus.@Nullable Subscription commands;
  private long timer = -1;

  SiteControl(Vertx vertx, Site site, Wiring wiring) {
    this.vertx = vertx;
    this.site = site;
    this.wiring = wiring;
    this.refused =
        wiring
            .metrics()
            .counter("voltbus_commands_refused_total", "Commands refused", "site", site.name());
  }

  @Override
  public Future<Void> begin(Lease won) {
    lease = won;
    Bus.Subscription served = wiring.bus().serve(RequestAddress.command(site.name()), this::judge);
    commands = served;
    timer = vertx.setPeriodic(ANNOUNCED_EVERY.toMillis(), id -> announce());
    return served.ready().onSuccess(ready -> announce());
  }

  @Override
  public Future<Void> end() {
    lease = null;
    if (timer != -1) {
      vertx.cancelTimer(timer);
      timer = -1;
    }
    Bus.@Nullable Subscription served = commands;
    commands = null;
    return served == null ? Future.succeededFuture() : served.cancel();
  }

  private void announce() {
    @Nullable Lease held = lease;
    if (held != null && held.isValid()) {
      wiring
          .bus()
          .publish(
              Address.control(site.name()),
              new ControlState(held.token(), 1, ControlState.Mode.RUNNING));
    }
  }

  private Future<CommandResult> judge(CommandRequest request) {
    String reason = reasonAgainst(request);
    refused.increment();
    LOG.warn(
        "site={} command={} device={} from {} refused: {}",
        site.name(),
        request.name(),
        request.device(),
        request.source(),
        reason);
    return Future.succeededFuture(CommandResult.refused(request, "no-target", reason));
  }

  private String reasonAgainst(CommandRequest request) {
    if (request.delivery() == CommandRequest.Delivery.RETAINED) {
      return "retained: the broker kept it from an earlier time";
    }
    boolean known =
        site.devices().stream().anyMatch(device -> device.name().equals(request.device()));
    return known
        ? "no target: device " + request.device() + " has no register for limits configured"
        : "unknown device: site " + site.name() + " has no device " + request.device();
  }
}
