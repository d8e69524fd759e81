package dev.voltbus.simulator;

import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.MqttClientOptions;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Somebody who sends one command after the other to a battery that is published under the prefix
/// `BE`: limits for 1 to 3 s, now and then PAUSE and RESUME.
public final class Commander {
  private static final Logger LOG = LoggerFactory.getLogger(Commander.class);
  private static final long EVERY_MILLIS = 200;
  private static final String PREFIX = "BE/command/";

  private final Vertx vertx;
  private final MqttClient client;
  private final AtomicInteger verified = new AtomicInteger();
  private int sent;
  private long timer;

  private Commander(Vertx vertx) {
    this.vertx = vertx;
    this.client = MqttClient.create(vertx, new MqttClientOptions().setClientId("commander"));
  }

  /// Begins once the broker has taken the connection; fails if it does not.
  ///
  /// @param port of an MQTT broker without login
  public static Future<Commander> start(Vertx vertx, String host, int port) {
    Commander commander = new Commander(vertx);
    commander.client.publishHandler(commander::count);
    return commander
        .client
        .connect(port, host)
        .compose(connected -> commander.client.subscribe(PREFIX + "result", 1))
        .map(subscribed -> {
          commander.timer = vertx.setPeriodic(EVERY_MILLIS, id -> commander.send());
          return commander;
        });
  }

  private void count(MqttPublishMessage message) {
    if ("verified".equals(message.payload().toJsonObject().getString("status"))) {
      verified.incrementAndGet();
    }
  }

  private void send() {
    JsonObject limits =
        new JsonObject()
            .put("max_charge", 20 + sent % 60)
            .put("max_discharge", 20.5)
            .put("timeout", 1 + sent % 3);
    String command =
        switch (sent++ % 10) {
          case 3 -> "PAUSE";
          case 4 -> "RESUME";
          default -> "SET_LIMITS";
        };
    client
        .publish(
            PREFIX + command, Buffer.buffer(limits.encode()), MqttQoS.AT_LEAST_ONCE, false, false)
        .onFailure(failure -> LOG.warn("command={} not sent: {}", command, failure.getMessage()));
  }

  /// How many commands had an effect that was verified in the device.
  public int verified() {
    return verified.get();
  }

  /// Ends it, and its connection.
  public Future<Void> stop() {
    vertx.cancelTimer(timer);
    return client.disconnect();
  }
}
