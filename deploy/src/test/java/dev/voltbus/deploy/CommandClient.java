package dev.voltbus.deploy;

import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.MqttClientOptions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/// Somebody who sends commands over one connection.
final class CommandClient implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final MqttClient client;

  CommandClient(int port) throws Exception {
    client =
        MqttClient.create(
            vertx, new MqttClientOptions().setClientId("commander").setMaxInflightQueue(10_000));
    client.connect(port, "127.0.0.1").await();
  }

  void publish(String command, String payload) {
    send("BE/command/" + command, payload, false);
  }

  void send(String topic, String payload, boolean retained) {
    client
        .publish(topic, Buffer.buffer(payload), MqttQoS.AT_LEAST_ONCE, false, retained)
        .onFailure(failure -> {
          throw new AssertionError(failure);
        });
  }

  /// Hands on what comes on a topic.
  void listen(String topic, Consumer<JsonObject> reader) throws Exception {
    client.publishHandler(message -> reader.accept(message.payload().toJsonObject()));
    client.subscribe(topic, 1).await();
  }

  /// Sends so many, evenly over some time, beside the caller.
  void flood(String command, String payload, int count, Duration over) {
    long gap = over.toNanos() / count;
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          long due = System.nanoTime();
          for (int i = 0; i < count; i++) {
            publish(command, payload);
            due += gap;
            LockSupport.parkNanos(due - System.nanoTime());
          }
        });
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().orTimeout(5, TimeUnit.SECONDS).join();
  }
}
