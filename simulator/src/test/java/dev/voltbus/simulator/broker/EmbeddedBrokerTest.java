package dev.voltbus.simulator.broker;

import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EmbeddedBrokerTest extends MqttBrokerBehaviour {

  private final Vertx vertx = Vertx.vertx();
  private int port;
  private int securedPort;

  @BeforeAll
  void startBrokers() {
    BrokerOptions options = BrokerOptions.at("127.0.0.1", 0);
    port = MqttBroker.start(vertx, options).await().port();
    securedPort = MqttBroker.start(vertx, options.withCredentials(USER, PASSWORD)).await().port();
  }

  @AfterAll
  void stopBrokers() {
    vertx.close().await();
  }

  @Override
  int port() {
    return port;
  }

  @Override
  int securedPort() {
    return securedPort;
  }
}
