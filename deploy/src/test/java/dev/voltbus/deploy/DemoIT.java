package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.deploy.TestingSubscriber.Heard;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// The main job on one machine: `voltbus demo`, listened to for a minute at most.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DemoIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Vertx vertx = Vertx.vertx();
  private final PayloadContract contract = PayloadContract.load();
  private List<Integer> ports = List.of();
  private PackagedProduct demo;
  private TestingSubscriber subscriber;

  DemoIT() throws IOException {}

  @BeforeAll
  void listenToTheDemo() throws IOException {
    ports = PackagedProduct.freePorts(4);
    demo =
        PackagedProduct.start(
            "demo",
            "--mqtt-port=" + ports.get(0),
            "--http-port=" + ports.get(1),
            "--health-port=" + ports.get(2),
            "--modbus-port=" + ports.get(3));
    subscriber = TestingSubscriber.on(vertx, ports.get(0));
    SiteTopics.awaitEach(subscriber, 2, LIMIT.minus(demo.sinceStart()));
    SiteTopics.awaitMovement(subscriber, LIMIT.minus(demo.sinceStart()));
    System.out.println(
        "demo: every topic twice, changed, both directions " + demo.sinceStart() + " after start");
  }

  @AfterAll
  void endTheDemo() {
    subscriber.close();
    demo.close();
    vertx.close().await();
  }

  @Test
  void payloadsHaveTheKeysAndTypesOfTheirContracts() {
    subscriber.all().forEach(contract::check);
  }

  @Test
  void infoOfBothBatteriesHasAllFieldsOfTheSeedThatTheirRegistersGive() {
    Set<String> pack = contract.seedFields();
    assertEquals(10, pack.size());
    assertTrue(subscriber.on("BE/info").getLast().json().fieldNames().containsAll(pack));
    Set<String> tower = new HashSet<>(pack);
    tower.removeAll(Set.of("cell_max_voltage", "cell_min_voltage"));
    assertTrue(subscriber.on("BE2/info").getLast().json().fieldNames().containsAll(tower));
  }

  @Test
  void liveMessagesAreNotRetainedAndOnlyStatusAsksForAnAcknowledgement() {
    for (Heard heard : subscriber.all()) {
      boolean isStatus = SiteTopics.STATUSES.contains(heard.topic());
      assertEquals(isStatus ? 1 : 0, heard.qos(), heard::toString);
      assertTrue(isStatus || !heard.isRetained(), heard::toString);
    }
  }

  // Who comes late sees at once whether the bridge lives, and no old values.
  @Test
  void onlyStatusIsRetained() {
    try (TestingSubscriber late = TestingSubscriber.on(vertx, ports.get(0))) {
      late.await("a live value", LIMIT, () -> !late.live(SiteTopics.CURRENT).isEmpty());
      Map<String, String> retained = new HashMap<>();
      late.all().stream()
          .filter(Heard::isRetained)
          .forEach(heard -> retained.put(heard.topic(), heard.payload()));
      assertEquals(Map.of("BE/status", "online", "BE2/status", "online"), retained);
    }
  }

  // Both are computed from one poll, so they carry the same time.
  @Test
  void powerHasTheSignOfTheCurrentInBothDirections() {
    Map<Long, Double> currents = new HashMap<>();
    subscriber.on(SiteTopics.CURRENT).forEach(heard -> currents.put(time(heard), value(heard)));
    Set<Double> signs = new HashSet<>();
    for (Heard power : subscriber.on(SiteTopics.POWER)) {
      Double current = currents.get(time(power));
      if (current != null) {
        assertEquals(Math.signum(current), Math.signum(value(power)), power::toString);
        signs.add(Math.signum(current));
      }
    }
    assertTrue(signs.containsAll(Set.of(1.0, -1.0)), signs::toString);
    for (String topic : SiteTopics.INFOS) {
      subscriber.on(topic).forEach(DemoIT::checkInfoSigns);
    }
  }

  private static long time(Heard heard) {
    return heard.json().getLong("timestamp_ms");
  }

  private static double value(Heard heard) {
    return heard.number("value");
  }

  /// The BYD-type battery has no current register, and its power register has whole watts.
  private static void checkInfoSigns(Heard heard) {
    JsonObject info = heard.json();
    if (info.containsKey("battery_current") && info.containsKey("stat_batt_power")) {
      double current = info.getDouble("battery_current");
      double power = info.getDouble("stat_batt_power");
      assertTrue(current * power >= 0, heard::toString);
    }
  }

  // The BYD-type map has no cells; an empty list would be a lie.
  @Test
  void aBatteryWithoutCellsHasNoCellTopic() {
    assertFalse(subscriber.counts().containsKey("BE2/spec_data"));
  }

  @Test
  void healthNamesEveryPartAndSaysReady() throws IOException, InterruptedException {
    for (String page : List.of("started", "ready", "live")) {
      assertEquals(200, PackagedProduct.get(ports.get(2), "/health/" + page).statusCode(), page);
    }
    JsonObject body = new JsonObject(PackagedProduct.get(ports.get(2), "/health/ready").body());
    assertEquals("running", body.getString("phase"));
    assertEquals("up", body.getString("status"), body::encode);
    for (String part :
        List.of("device bms-1", "device byd-1", "link bms", "publication BE", "publication tinybms")) {
      assertTrue(
          body.getJsonArray("parts")
              .contains(new JsonObject().put("part", part).put("status", "up")),
          () -> part + " is missing in " + body.encode());
    }
    assertEquals(404, PackagedProduct.get(ports.get(2), "/health/").statusCode());
  }

  @Test
  void metricsCountPollsAndMessages() throws IOException, InterruptedException {
    String metrics = PackagedProduct.get(ports.get(2), "/metrics").body();
    assertTrue(Figures.of(metrics).sum("voltbus_polls_total") > 10, metrics);
    assertEquals(0, Figures.of(metrics).sum("voltbus_polls_missed_total"), metrics);
    assertTrue(
        Figures.of(metrics).sum("voltbus_mqtt_published_total") >= subscriber.all().size() / 2.0,
        metrics);
    assertTrue(Figures.of(metrics).sum("jvm_threads_live_threads") > 1, metrics);
  }

  @Test
  void theConsoleAnswers() throws IOException, InterruptedException {
    assertEquals(200, PackagedProduct.get(ports.get(1), "/").statusCode());
  }
}
