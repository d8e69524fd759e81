package dev.voltbus.mqtt;

import dev.voltbus.contract.Address;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.SingleProcessLeases;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.Wiring;
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

  private TestingGateway(Vertx vertx, Bus bus, Site site, TimeSource time, @Nullable Path state) {
    this.vertx = vertx;
    this.bus = bus;
    Wiring wiring = new Wiring(bus, new SingleProcessLeases(time), time, metrics, health, state);
    this.deployment = Await.result(vertx.deployVerticle(new MqttVerticle(site, wiring)));
  }

  static TestingGateway start(Vertx vertx, Bus bus, Site site) {
    return start(vertx, bus, site, TimeSource.system());
  }

  static TestingGateway start(Vertx vertx, Bus bus, Site site, TimeSource time) {
    return new TestingGateway(vertx, bus, site, time, null);
  }

  /// @param state folder for what outlives the process
  static TestingGateway start(Vertx vertx, Bus bus, Site site, Path state) {
    return new TestingGateway(vertx, bus, site, TimeSource.system(), state);
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
}
