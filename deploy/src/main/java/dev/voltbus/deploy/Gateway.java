package dev.voltbus.deploy;

import dev.voltbus.contract.Bus;
import dev.voltbus.contract.Health;
import dev.voltbus.contract.Leases;
import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.SingleProcessLeases;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.Wiring;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.jspecify.annotations.Nullable;

/// The roles of one process for one site: deploys them in order, stops them in reverse.
final class Gateway {
  private final Vertx vertx;
  private final Wiring wiring;
  private final HealthBoard health;
  private final PrometheusMetrics metrics;

  /// Filled on the event loop, emptied by whoever stops the process.
  private final Deque<String> deployments = new ConcurrentLinkedDeque<>();

  /// Makes the leases of a process.
  interface LeaseForm {
    Leases of(TimeSource time, Metrics metrics, Health health);
  }

  /// A process that keeps nothing and has no competitor.
  Gateway(Vertx vertx) {
    this(vertx, null, (time, metrics, health) -> new SingleProcessLeases(time));
  }

  /// @param state existing folder for what must outlive the process; null keeps nothing
  Gateway(Vertx vertx, @Nullable Path state, LeaseForm leases) {
    TimeSource time = TimeSource.system();
    this.vertx = vertx;
    this.health = new HealthBoard();
    this.metrics = new PrometheusMetrics();
    this.wiring =
        new Wiring(Bus.over(vertx), leases.of(time, metrics, health), time, metrics, health, state);
    metrics.gauge("voltbus_bus_dropped", "Bus messages not understood", wiring.bus()::dropped);
  }

  Wiring wiring() {
    return wiring;
  }

  HealthBoard health() {
    return health;
  }

  /// Starts the health server first, so that a slow start can be watched, then the others, which
  /// hear what the roles say from the beginning, then the roles.
  Future<Void> start(Site site, Set<Role> roles, int healthPort, List<Deployable> others) {
    Future<Void> started = deploy(new HealthServer(Ports.HOST, healthPort, health, metrics));
    for (Deployable other : others) {
      started = started.compose(ready -> deploy(other));
    }
    for (Role role : Role.values()) {
      if (roles.contains(role) && role.isFor(site)) {
        started = started.compose(ready -> deploy(role.verticle(site, wiring)));
      }
    }
    return started.onSuccess(ready -> health.enter(HealthBoard.Phase.RUNNING));
  }

  private Future<Void> deploy(Deployable verticle) {
    return vertx.deployVerticle(verticle).onSuccess(deployments::push).mapEmpty();
  }

  /// Stops what runs, in reverse order, and goes on when a part fails.
  Future<Void> stop() {
    health.enter(HealthBoard.Phase.STOPPING);
    Future<Void> stopped = Future.succeededFuture();
    for (@Nullable String next = deployments.poll(); next != null; next = deployments.poll()) {
      String deployment = next;
      stopped = stopped.eventually(() -> vertx.undeploy(deployment));
    }
    return stopped.onComplete(done -> metrics.close());
  }
}
