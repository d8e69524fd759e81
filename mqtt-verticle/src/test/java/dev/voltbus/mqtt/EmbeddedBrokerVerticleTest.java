package dev.voltbus.mqtt;

import dev.voltbus.simulator.broker.BrokerOptions;
import dev.voltbus.simulator.broker.MqttBroker;
import io.vertx.core.Vertx;

/// The same against the broker of the demo.
class EmbeddedBrokerVerticleTest extends MqttVerticleBehaviour {

  /// It ends with the Vert.x instance.
  @Override
  int startBroker(Vertx on) {
    return Await.result(MqttBroker.start(on, BrokerOptions.at("127.0.0.1", 0))).port();
  }
}
