package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/// A consumer of the site's topics: subscribes to everything and remembers it.
final class TestingSubscriber implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(20);

  /// @param nanos monotonic time of its arrival
  record Heard(String topic, String payload, int qos, boolean isRetained, long nanos) {
    JsonObject json() {
      return new JsonObject(payload);
    }

    double number(String key) {
      return json().getDouble(key);
    }
  }

  private final MqttClient client;
  private final SortedMap<String, List<Heard>> topics = new TreeMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();

  private TestingSubscriber(Vertx vertx) {
    client = MqttClient.create(vertx);
    client.publishHandler(this::take);
  }

  /// Subscribes to `#` as soon as there is a broker on the port.
  static TestingSubscriber on(Vertx vertx, int port) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!isOpen(port)) {
      assertTrue(System.nanoTime() < end, () -> "no broker on port " + port + " in " + PATIENCE);
      LockSupport.parkNanos(PAUSE.toNanos());
    }
    TestingSubscriber subscriber = new TestingSubscriber(vertx);
    await(subscriber.client.connect(port, Ports.HOST));
    await(subscriber.client.subscribe("#", 2));
    return subscriber;
  }

  /// The client library would log each refused attempt with a stack trace.
  private static boolean isOpen(int port) {
    try (Socket probe = new Socket(Ports.HOST, port)) {
      return probe.isConnected();
    } catch (IOException refused) {
      return false;
    }
  }

  private static void await(Future<?> future) {
    try {
      future.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException late) {
      throw new AssertionError("the broker does not answer", late);
    }
  }

  private void take(MqttPublishMessage message) {
    Heard heard =
        new Heard(
            message.topicName(),
            message.payload().toString(),
            message.qosLevel().value(),
            message.isRetain(),
            System.nanoTime());
    lock.lock();
    try {
      topics.computeIfAbsent(heard.topic(), fresh -> new ArrayList<>()).add(heard);
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Waits until something is true of what was heard.
  void await(String what, Duration limit, BooleanSupplier condition) {
    long end = System.nanoTime() + limit.toNanos();
    lock.lock();
    try {
      while (!condition.getAsBoolean()) {
        long left = end - System.nanoTime();
        assertTrue(left > 0, () -> "not within " + limit + ": " + what + "; heard " + counts());
        var _ = arrived.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      fail("interrupted");
    } finally {
      lock.unlock();
    }
  }

  /// Waits for the first live message on a topic that fits.
  Heard awaitLive(String topic, Duration limit, Predicate<Heard> fits) {
    await(topic, limit, () -> live(topic).stream().anyMatch(fits));
    return live(topic).stream().filter(fits).findFirst().orElseThrow();
  }

  /// Messages on a topic so far, in order of arrival.
  List<Heard> on(String topic) {
    lock.lock();
    try {
      return List.copyOf(topics.getOrDefault(topic, List.of()));
    } finally {
      lock.unlock();
    }
  }

  /// Those that were published while we listened.
  List<Heard> live(String topic) {
    return on(topic).stream().filter(heard -> !heard.isRetained()).toList();
  }

  /// Number of messages by topic.
  SortedMap<String, Integer> counts() {
    lock.lock();
    try {
      SortedMap<String, Integer> counts = new TreeMap<>();
      for (Map.Entry<String, List<Heard>> entry : topics.entrySet()) {
        counts.put(entry.getKey(), entry.getValue().size());
      }
      return counts;
    } finally {
      lock.unlock();
    }
  }

  List<Heard> all() {
    lock.lock();
    try {
      return topics.values().stream().flatMap(List::stream).toList();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    client.disconnect().onFailure(gone -> topics.clear());
  }
}
