package dev.voltbus.deploy;

import dev.voltbus.simulator.BatterySite;
import dev.voltbus.simulator.broker.BrokerOptions;
import dev.voltbus.simulator.broker.MqttBroker;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/// What surrounds the gateway in the demo: a broker and simulated batteries.
final class DemoSite {
  private final Vertx vertx;
  private final BrokerOptions broker;
  private final BatterySite batteries;

  DemoSite(Vertx vertx, int mqttPort, int packPort, int towerPort) {
    this.vertx = vertx;
    this.broker = BrokerOptions.at(Ports.HOST, mqttPort);
    this.batteries = new BatterySite(packPort, towerPort);
  }

  Future<Void> start() {
    return MqttBroker.start(vertx, broker)
        .compose(started -> vertx.deployVerticle(batteries))
        .mapEmpty();
  }
}
