package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// Another client of a broker that writes down all it hears.
final class MqttRecorder {
  private static final long LIMIT_SECONDS = 15;
  private static final String MARKER = "marker/";

  private final MqttClient client;
  private final BlockingQueue<Message> queue = new LinkedBlockingQueue<>();
  private final List<Message> heard = new ArrayList<>();

  /// A message as the broker handed it on.
  record Message(String topic, int qos, boolean retained, String payload) {}

  private MqttRecorder(Vertx vertx) {
    client = MqttClient.create(vertx);
  }

  static MqttRecorder on(Vertx vertx, int port) {
    MqttRecorder recorder = new MqttRecorder(vertx);
    Promise<Void> subscribed = Promise.promise();
    recorder.client.publishHandler(recorder::take);
    recorder.client.subscribeCompletionHandler(answer -> subscribed.complete());
    recorder
        .client
        .connect(port, "127.0.0.1")
        .compose(accepted -> recorder.client.subscribe("#", 2))
        .compose(sent -> subscribed.future())
        .timeout(LIMIT_SECONDS, TimeUnit.SECONDS)
        .await();
    return recorder;
  }

  private void take(MqttPublishMessage message) {
    queue.add(
        new Message(
            message.topicName(),
            message.qosLevel().value(),
            message.isRetain(),
            message.payload().toString()));
  }

  /// Waits until so many messages were heard in all.
  void await(int count) {
    while (heard.size() < count) {
      heard.add(next());
    }
  }

  /// Waits until what was heard is enough.
  void awaitUntil(Predicate<List<Message>> isEnough) {
    while (!isEnough.test(heard)) {
      heard.add(next());
    }
  }

  /// Takes all that the broker has on its way to us.
  void awaitQuiet() {
    String marker = MARKER + UUID.randomUUID();
    client
        .publish(marker, Buffer.buffer(), MqttQoS.AT_LEAST_ONCE, false, false)
        .timeout(LIMIT_SECONDS, TimeUnit.SECONDS)
        .await();
    for (Message next = next(); !next.topic().equals(marker); next = next()) {
      heard.add(next);
    }
  }

  private Message next() {
    try {
      Message next = queue.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
      assertNotNull(next, () -> "nothing more in " + LIMIT_SECONDS + " s; heard:\n" + text());
      return next;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }

  List<Message> heard() {
    return List.copyOf(heard);
  }

  String text() {
    return heard.stream()
        .map(message ->
            "%s qos=%d %s".formatted(message.topic(), message.qos(), message.payload()).strip())
        .collect(Collectors.joining("\n"));
  }
}
