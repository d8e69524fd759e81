package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.fail;

import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// Another client on the broker, straight over the library: hears everything, and can publish.
final class TestingSubscriber {
  private static final long LIMIT_SECONDS = 15;

  private final MqttClient client;
  private final BlockingQueue<Heard> queue = new LinkedBlockingQueue<>();
  private final List<Heard> heard = new ArrayList<>();

  private TestingSubscriber(Vertx vertx) {
    client = MqttClient.create(vertx);
  }

  static TestingSubscriber on(Vertx vertx, int port) {
    TestingSubscriber subscriber = new TestingSubscriber(vertx);
    Promise<Void> subscribed = Promise.promise();
    subscriber.client.publishHandler(subscriber::take);
    subscriber.client.subscribeCompletionHandler(answer -> subscribed.complete());
    Await.result(
        subscriber
            .client
            .connect(port, "127.0.0.1")
            .compose(accepted -> subscriber.client.subscribe("#", 2)));
    Await.result(subscribed.future());
    return subscriber;
  }

  /// What a broker keeps, payload by topic.
  static Map<String, String> kept(Vertx vertx, int port) {
    TestingSubscriber late = on(vertx, port);
    late.publish("marker", "", false);
    late.await("marker");
    Map<String, String> kept = new HashMap<>();
    late.heard.stream()
        .filter(Heard::retained)
        .forEach(message -> kept.put(message.topic(), message.payload()));
    late.close();
    return kept;
  }

  private void take(MqttPublishMessage message) {
    queue.add(
        new Heard(
            message.topicName(),
            message.payload().toString(),
            message.qosLevel().value(),
            message.isRetain()));
  }

  /// Waits for the next message that fits; what comes before is kept in `heard`.
  Heard await(Predicate<Heard> fits) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    Heard next = next(end);
    while (!fits.test(next)) {
      next = next(end);
    }
    return next;
  }

  private Heard next(long end) {
    try {
      Heard next = queue.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      assertNotNull(next, () -> "not heard in " + LIMIT_SECONDS + " s; heard: " + heard);
      heard.add(next);
      return next;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return fail("interrupted");
    }
  }

  Heard await(String topic) {
    return await(message -> message.topic().equals(topic));
  }

  Heard await(String topic, String payload) {
    return await(message -> message.topic().equals(topic) && message.payload().equals(payload));
  }

  /// The next so many messages, by topic.
  Map<String, Heard> collect(int count) {
    Map<String, Heard> collected = new HashMap<>();
    while (collected.size() < count) {
      Heard next = await(message -> true);
      collected.put(next.topic(), next);
    }
    return collected;
  }

  /// Everything taken by `await` so far.
  List<Heard> heard() {
    return heard;
  }

  void publish(String topic, String payload, boolean retain) {
    Await.result(
        client.publish(topic, Buffer.buffer(payload), MqttQoS.AT_LEAST_ONCE, false, retain));
  }

  void close() {
    Await.result(client.disconnect());
  }
}
