package dev.voltbus.mqtt;

import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.TopicContract.Overrides;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// What a verticle does on a broker, seen by another client of that broker. The broker is a real
/// mosquitto, where it is installed, behind a proxy that can break connections.
abstract class BrokerBehaviour {
  static final Duration OFTEN = Duration.ofMillis(200);

  private final Vertx vertx = Vertx.vertx();
  private final Bus bus = Bus.over(vertx);
  @TempDir private Path state;
  @TempDir private Path folder;
  private @Nullable TestingMosquitto mosquitto;
  private @Nullable TestingProxy proxy;
  private int brokerPort;

  /// Starts the broker on a free loopback port and returns the port.
  int startBroker(Vertx on) throws IOException {
    Assumptions.assumeTrue(TestingMosquitto.isInstalled(), "mosquitto is not installed");
    TestingMosquitto started = TestingMosquitto.start(folder);
    mosquitto = started;
    return started.port();
  }

  private void stopBroker() {
    if (mosquitto != null) {
      mosquitto.close();
    }
  }

  @BeforeEach
  void startAll() throws IOException {
    brokerPort = startBroker(vertx);
    TestingProxy opened = new TestingProxy(vertx, brokerPort);
    proxy = opened;
    Await.result(opened.open());
  }

  @AfterEach
  void stopAll() {
    stopBroker();
    Await.result(vertx.close());
  }

  Vertx vertx() {
    return vertx;
  }

  Bus bus() {
    return bus;
  }

  /// What outlives a gateway.
  Path state() {
    return state;
  }

  TestingProxy proxy() {
    return Objects.requireNonNull(proxy);
  }

  int brokerPort() {
    return brokerPort;
  }

  /// Settings of the broker behind the proxy.
  BrokerSettings broker() {
    return Fixtures.broker(proxy().port());
  }

  TestingSubscriber subscriber() {
    return TestingSubscriber.on(vertx, brokerPort);
  }

  /// A Battery-Emulator publication.
  TestingGateway dbe() {
    return TestingGateway.start(vertx, bus, Fixtures.site(Fixtures.dbe(broker(), OFTEN)));
  }

  /// A topic for each value.
  TestingGateway tinybms(BrokerSettings settings, Overrides overrides) {
    return TestingGateway.start(
        vertx(), bus(), Fixtures.site(Fixtures.tinybms(settings, overrides)));
  }

  /// One that tells Home Assistant of its entities.
  TestingGateway discovered() {
    return TestingGateway.start(vertx, bus, Fixtures.site(Fixtures.discovered(broker())));
  }

  /// A gateway that keeps what outlives it.
  TestingGateway kept(Publication... publications) {
    return TestingGateway.start(vertx, bus, Fixtures.site(publications), state);
  }
}
