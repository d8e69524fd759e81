package dev.voltbus.mqtt;

import io.vertx.core.Vertx;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.MqttClientOptions;

/// A foreign client that uses somebody's client id and comes back at once whenever it is kicked.
final class TestingRival {
  private final Vertx vertx;
  private final int port;
  private final String clientId;
  private volatile boolean isConnected;

  private TestingRival(Vertx vertx, int port, String clientId) {
    this.vertx = vertx;
    this.port = port;
    this.clientId = clientId;
  }

  static TestingRival start(Vertx vertx, int port, String clientId) {
    TestingRival rival = new TestingRival(vertx, port, clientId);
    rival.connect();
    return rival;
  }

  boolean isConnected() {
    return isConnected;
  }

  private void connect() {
    MqttClient client = MqttClient.create(vertx, new MqttClientOptions().setClientId(clientId));
    client.closeHandler(closed -> {
      isConnected = false;
      connect();
    });
    client.connect(port, "127.0.0.1").onSuccess(accepted -> isConnected = true);
  }
}
