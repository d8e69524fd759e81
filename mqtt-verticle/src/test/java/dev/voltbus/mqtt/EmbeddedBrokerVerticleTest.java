package dev.voltbus.mqtt;

import dev.voltbus.simulator.broker.BrokerOptions;
import dev.voltbus.simulator.broker.MqttBroker;
import io.vertx.core.Vertx;

class EmbeddedBrokerVerticleTest extends MqttVerticleBehaviour {

  @Override
  int startBroker(Vertx on) {
    return Await.result(MqttBroker.start(on, BrokerOptions.at("127.0.0.1", 0))).port();
  }

  /// It ends with the Vert.x instance.
  @Override
  void stopBroker() {}
}
