package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.acquisition.AcquisitionVerticle;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.SingleProcessLeases;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.Wiring;
import dev.voltbus.mapping.MappingVerticle;
import dev.voltbus.mqtt.MqttVerticle;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A car that publishes its readings at one broker appears in contract leaf at another one, through
/// acquisition, mapping and mqtt. Somebody else's client pushes: mosquitto_pub.
class PushedCarTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final String CAR = "cars/nissan_leaf_battery_tracker/";

  @TempDir Path folder;

  private final Vertx vertx = Vertx.vertx();
  private final HealthBoard health = new HealthBoard();
  private final PrometheusMetrics metrics = new PrometheusMetrics();
  private TestingMosquitto phone;
  private TestingMosquitto home;

  @BeforeEach
  void startBrokers() throws Exception {
    phone = TestingMosquitto.start();
    home = TestingMosquitto.start();
  }

  @AfterEach
  void close() {
    vertx.close().await();
    phone.close();
    home.close();
  }

  private void startGateway() throws Exception {
    String text =
        """
        site: garage
        devices:
          car: { type: pushed-car, push: { broker: phone, topic: obd/leaf } }
        brokers:
          phone: { uri: "mqtt://127.0.0.1:%d" }
          home: { uri: "mqtt://127.0.0.1:%d" }
        publications:
          leaf: { contract: leaf, broker: home, devices: [car], prefix: cars, interval: 100ms }
        """
            .formatted(phone.port(), home.port());
    Path file = Files.writeString(folder.resolve("site.yaml"), text);
    Site site = SiteFiles.load(file, Path.of("config"), Map.of(), name -> null);
    TimeSource time = TimeSource.system();
    Wiring wiring =
        new Wiring(Bus.over(vertx), new SingleProcessLeases(time), time, metrics, health);
    vertx.deployVerticle(new MappingVerticle(site, wiring)).await();
    vertx.deployVerticle(new AcquisitionVerticle(site, wiring)).await();
    vertx.deployVerticle(new MqttVerticle(site, wiring)).await();
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!health.isWhole()) {
      assertTrue(System.nanoTime() < end, () -> "not connected: " + health.describe());
      Thread.onSpinWait();
    }
  }

  private void push(String payload, String... options) throws Exception {
    List<String> order =
        new ArrayList<>(
            List.of(
                "mosquitto_pub",
                "-h",
                "127.0.0.1",
                "-p",
                "" + phone.port(),
                "-q",
                "1",
                "-t",
                "obd/leaf",
                "-m",
                payload));
    order.addAll(List.of(options));
    assertEquals(0, new ProcessBuilder(order).inheritIO().start().waitFor(), order::toString);
  }

  private void awaitMetric(String line) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (metrics.scrape().lines().noneMatch(line::equals)) {
      assertTrue(
          System.nanoTime() < end,
          () ->
              line
                  + " not in\n"
                  + metrics.scrape().lines().filter(l -> l.contains("push")).toList());
      Thread.onSpinWait();
    }
  }

  private static String refused(String reason, int count) {
    return "voltbus_push_refused_total{device=\"car\",reason=\"%s\",site=\"garage\"} %d.0"
        .formatted(reason, count);
  }

  @Test
  void aPushedReadingIsPublishedWithItsOwnTimeAndWhatIsUnknownIsLeftOut() throws Exception {
    startGateway();
    try (TestingListener listener = TestingListener.on(home.port()).subscribed()) {
      Instant read =
          Instant.now().minusSeconds(30).truncatedTo(java.time.temporal.ChronoUnit.SECONDS);
      push(
          """
          {"soc":85,"health":91.25,"voltage":385.4,"capacity":56,"timestamp":%d,
           "session_id":"2026.11.26.16.00","other":[1]}
          """
              .formatted(read.getEpochSecond()));
      JsonObject data = data(listener);
      assertEquals(
          new JsonObject()
              .put("state_of_charge", 85.0)
              .put("battery_health", 91.25)
              .put("battery_voltage", 385.4)
              .put("battery_capacity", 56.0)
              .put("timestamp", read.toString())
              .put("session_id", "2026.11.26.16.00"),
          data);
      assertEquals("85.0", listener.heard(CAR + "soc/state").getFirst().payload());
      assertEquals(List.of(), listener.heard(CAR + "range/state"));
    }
  }

  private static JsonObject data(TestingListener listener) throws InterruptedException {
    return new JsonObject(
        listener
            .await(message -> message.topic().equals(CAR + "data"), LIMIT, "data of the car")
            .payload());
  }

  // Nobody knows how old a retained reading is, and yesterday's charge must not look like today's.
  @Test
  void aRetainedReadingCountsOnlyWithATimeOfItsOwn() throws Exception {
    push("{\"soc\":11}", "-r");
    startGateway();
    awaitMetric(refused("retained", 1));
    try (TestingListener listener = TestingListener.on(home.port()).subscribed()) {
      push("{\"soc\":42,\"timestamp\":\"%s\"}".formatted(Instant.now()));
      assertEquals(42.0, data(listener).getDouble("state_of_charge"));
    }
  }

  @Test
  void anOldRetainedReadingWithItsTimeIsNotShownAsLive() throws Exception {
    push("{\"soc\":11,\"timestamp\":%d}".formatted(Instant.now().getEpochSecond() - 7200), "-r");
    startGateway();
    awaitMetric("voltbus_push_taken_total{device=\"car\",site=\"garage\"} 1.0");
    try (TestingListener listener = TestingListener.on(home.port()).subscribed()) {
      push("{\"soc\":42,\"timestamp\":%d}".formatted(Instant.now().getEpochSecond()));
      assertEquals(42.0, data(listener).getDouble("state_of_charge"));
      assertEquals(1, listener.heard(CAR + "soc/state").size());
    }
  }

  @Test
  void whatCannotBeAReadingIsRefusedAndCounted() throws Exception {
    startGateway();
    long now = Instant.now().getEpochSecond();
    push("{\"soc\":");
    push("[85]");
    push("{\"soc\":\"85\"}");
    push("{\"soc\":1e999}");
    push("{\"soc\":50,\"timestamp\":\"yesterday\"}");
    push("{\"soc\":51,\"timestamp\":%d}".formatted(now + 3600));
    push("{\"soc\":52,\"timestamp\":%d}".formatted(now));
    push("{\"soc\":53,\"timestamp\":%d}".formatted(now - 10));
    push("x".repeat(17_000));
    awaitMetric("voltbus_push_oversized_total{broker=\"phone\",site=\"garage\"} 1.0");
    awaitMetric(refused("malformed", 2));
    awaitMetric(refused("wrong-type", 1));
    awaitMetric(refused("not-finite", 1));
    awaitMetric(refused("time-form", 1));
    awaitMetric(refused("future", 1));
    awaitMetric(refused("old", 1));
    awaitMetric("voltbus_push_taken_total{device=\"car\",site=\"garage\"} 1.0");
    awaitMetric("voltbus_push_received_total{broker=\"phone\",site=\"garage\"} 9.0");
    try (TestingListener late = TestingListener.on(home.port()).subscribed()) {
      assertEquals(
          "52.0", late.await(m -> m.topic().equals(CAR + "soc/state"), LIMIT, "soc").payload());
    }
  }
}
