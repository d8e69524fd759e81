package dev.voltbus.mqtt;

import dev.voltbus.contract.Address;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.Lease;
import dev.voltbus.contract.Leases;
import dev.voltbus.contract.Shard;
import dev.voltbus.contract.ShardDuty;
import dev.voltbus.contract.SingleProcessLeases;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.Wiring;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The verticle in a process with a bus and nothing else; the test plays mapping and command.
final class TestingGateway {
  private final Vertx vertx;
  private final Bus bus;
  private final RecordingMetrics metrics = new RecordingMetrics();
  private final RecordingHealth health = new RecordingHealth();
  private final String deployment;

  private TestingGateway(
      Vertx vertx, Bus bus, Site site, TimeSource time, Leases leases, @Nullable Path state) {
    this.vertx = vertx;
    this.bus = bus;
    Wiring wiring = new Wiring(bus, leases, time, metrics, health, state);
    this.deployment = Await.result(vertx.deployVerticle(new MqttVerticle(site, wiring)));
  }

  static TestingGateway start(Vertx vertx, Bus bus, Site site) {
    return start(vertx, bus, site, TimeSource.system());
  }

  static TestingGateway start(Vertx vertx, Bus bus, Site site, TimeSource time) {
    return new TestingGateway(vertx, bus, site, time, new SingleProcessLeases(time), null);
  }

  /// One whose publications somebody else has had before.
  static TestingGateway takeOver(Vertx vertx, Bus bus, Site site) {
    TimeSource time = TimeSource.system();
    return new TestingGateway(vertx, bus, site, time, new TakenOver(time), null);
  }

  /// @param state folder for what outlives the process
  static TestingGateway start(Vertx vertx, Bus bus, Site site, Path state) {
    TimeSource time = TimeSource.system();
    return new TestingGateway(vertx, bus, site, time, new SingleProcessLeases(time), state);
  }

  void publish(DeviceSnapshot snapshot) {
    bus.publish(Address.snapshots(Fixtures.SITE), snapshot);
  }

  RecordingMetrics metrics() {
    return metrics;
  }

  RecordingHealth health() {
    return health;
  }

  void stop() {
    Await.result(vertx.undeploy(deployment));
  }

  private record TakenOver(Leases of) implements Leases {
    private TakenOver(TimeSource time) {
      this(new SingleProcessLeases(time));
    }

    @Override
    public Future<Claim> compete(Shard shard, ShardDuty duty) {
      return of.compete(
          shard,
          new ShardDuty() {
            @Override
            public Future<Void> begin(Lease lease) {
              return duty.begin(new Inherited(lease));
            }

            @Override
            public Future<Void> end() {
              return duty.end();
            }
          });
    }

    @Override
    public Future<Long> token(Shard shard) {
      return of.token(shard);
    }
  }

  private record Inherited(Lease of) implements Lease {
    @Override
    public Shard shard() {
      return of.shard();
    }

    @Override
    public long token() {
      return of.token();
    }

    @Override
    public boolean isValid() {
      return of.isValid();
    }

    @Override
    public boolean isTakenOver() {
      return true;
    }
  }
}
