package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.Bus;
import dev.voltbus.contract.Discovery;
import dev.voltbus.contract.OutboxBounds;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.TopicContract;
import dev.voltbus.contract.TopicContract.AlarmBand;
import dev.voltbus.contract.TopicContract.Overrides;
import dev.voltbus.contract.VenusService;
import dev.voltbus.contract.VenusService.About;
import dev.voltbus.contract.VenusService.Row;
import dev.voltbus.contract.VenusService.Value;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A publication as a Venus OS system, seen by another client of a mosquitto.
class VenusVerticleTest {
  private static final String PORTAL = "c0619ab12345";
  private static final String N = "N/" + PORTAL + "/";
  private static final String R = "R/" + PORTAL + "/";
  private static final String W = "W/" + PORTAL + "/";
  private static final String VOLTAGE = N + "battery/512/Dc/0/Voltage";
  private static final String SOC = N + "battery/512/Soc";
  private static final String COMPLETED = N + "full_publish_completed";
  private static final String KEPT = "{\"keepalive-options\":[\"suppress-republish\"]}";

  private final Vertx vertx = Vertx.vertx();
  private final Bus bus = Bus.over(vertx);
  private final StandingTime time = new StandingTime();
  @TempDir private Path folder;
  private @Nullable TestingMosquitto mosquitto;
  private int port;

  @BeforeEach
  void startBroker() throws IOException {
    Assumptions.assumeTrue(TestingMosquitto.isInstalled(), "mosquitto is not installed");
    mosquitto = TestingMosquitto.start(folder);
    port = mosquitto.port();
  }

  @AfterEach
  void stopAll() {
    if (mosquitto != null) {
      mosquitto.close();
    }
    Await.result(vertx.close());
  }

  private TestingGateway gateway() {
    TestingGateway gateway = TestingGateway.start(vertx, bus, site(), time);
    Await.until(() -> gateway.metrics().gauge("voltbus_mqtt_connected") == 2);
    Await.until(() -> "up".equals(gateway.health().parts().get("publication venus commands")));
    Await.until(() -> "up".equals(gateway.health().parts().get("publication venus")));
    return gateway;
  }

  private Site site() {
    VenusService service =
        new VenusService(
            "battery",
            List.of(
                new Row("/DeviceInstance", About.INSTANCE),
                new Row("/Connected", About.CONNECTED),
                new Row("/Dc/0/Voltage", number("V", 2, "battery_pack_voltage")),
                new Row("/Soc", number("%", 1, "soc", "state_of_charge")),
                new Row("/Dc/0/Temperature", number("°C", 1, "external_temperature_1"))));
    TopicContract contract =
        new TopicContract(
            "venus",
            PORTAL,
            "voltbus-venus",
            Duration.ofHours(18), // the clock leaps: a live peer would be taken for a dead one
            null,
            List.of(service),
            null,
            List.of(),
            null);
    return Fixtures.site(
        new Publication(
            "venus",
            contract,
            Fixtures.broker(port).withClientId("voltbus-venus"),
            PORTAL,
            List.of(Fixtures.DEVICE),
            Duration.ofHours(1),
            Set.of(),
            Map.of(),
            Overrides.NONE,
            Fixtures.SITE,
            Discovery.Setting.USUAL,
            AlarmBand.USUAL,
            OutboxBounds.USUAL,
            List.of(512)));
  }

  private static Value number(String unit, int decimals, String... keys) {
    return new Value(List.of(keys), null, unit, decimals);
  }

  private TestingSubscriber subscriber() {
    return TestingSubscriber.on(vertx, port);
  }

  private static void keepAlive(TestingSubscriber subscriber, String payload) {
    subscriber.publish(R + "keepalive", payload, false);
  }

  /// What was told until now, as topic behind the portal id and payload.
  private static List<String> told(TestingSubscriber subscriber) {
    subscriber.publish("marker", "", false);
    subscriber.await("marker");
    List<String> told = new ArrayList<>();
    for (Heard heard : subscriber.heard()) {
      if (heard.topic().startsWith(N)) {
        assertEquals(0, heard.qos(), heard.topic());
        assertFalse(heard.retained(), heard.topic());
        told.add(heard.topic().substring(N.length()) + " " + heard.payload());
      }
    }
    subscriber.heard().clear();
    return told;
  }

  /// Gives the gateway its first snapshot and waits until it can answer from it.
  private void show(TestingGateway gateway, TestingSubscriber subscriber, Snapshots snapshots) {
    gateway.publish(snapshots.build());
    long asked = 0;
    while (requests(gateway, "read") == 0) {
      long count = ++asked;
      subscriber.publish(R + "battery/512/DeviceInstance", "", false);
      Await.until(() -> requests(gateway, "read") + requests(gateway, "unknown") == count);
    }
    subscriber.await(N + "battery/512/DeviceInstance");
    told(subscriber);
    time.leap(Duration.ofSeconds(1)); // the budget is whole again
  }

  private static long requests(TestingGateway gateway, String result) {
    return gateway.metrics().count("venus_requests_total", "result=" + result + "}");
  }

  @Test
  void nothingButTheSerialIsToldUntilSomebodyAsks() {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = gateway();
    gateway.publish(Snapshots.charging().build());
    subscriber.await(N + "system/0/Serial", "{\"value\":\"" + PORTAL + "\"}");
    assertEquals(List.of("system/0/Serial {\"value\":\"" + PORTAL + "\"}"), told(subscriber));
  }

  @Test
  void aKeepaliveBringsEverythingThenTheEndThenChangesOnly() {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = gateway();
    show(gateway, subscriber, Snapshots.charging());
    keepAlive(subscriber, "{\"keepalive-options\":[{\"full-publish-completed-echo\":\"x\\\"1\"}]}");
    subscriber.await(N + "heartbeat", "{\"value\":1740151201}");
    assertEquals(
        List.of(
            "system/0/Serial {\"value\":\"" + PORTAL + "\"}",
            "battery/512/DeviceInstance {\"value\":512}",
            "battery/512/Connected {\"value\":1}",
            "battery/512/Dc/0/Voltage {\"value\":52.8}",
            "battery/512/Soc {\"value\":85.1}",
            "battery/512/Dc/0/Temperature {\"value\":24.3}",
            "battery/512/Dc/0/Power {\"value\":554.4}",
            "battery/512/System/0/State {\"value\":3}",
            "full_publish_completed {\"full-publish-completed-echo\":\"x\\\"1\","
                + "\"value\":1740151201}",
            "heartbeat {\"value\":1740151201}"),
        told(subscriber));
    gateway.publish(Snapshots.charging(53).sequence(2).build());
    subscriber.await(VOLTAGE, "{\"value\":53}");
    assertEquals(List.of("battery/512/Dc/0/Voltage {\"value\":53}"), told(subscriber));
  }

  // Each client that keeps a system alive does so every few seconds.
  @Test
  void aSuppressedKeepaliveBringsChangesOnly() {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = gateway();
    show(gateway, subscriber, Snapshots.charging());
    keepAlive(subscriber, KEPT);
    subscriber.await(N + "heartbeat");
    gateway.publish(Snapshots.charging(53).sequence(2).build());
    subscriber.await(VOLTAGE, "{\"value\":53}");
    assertEquals(
        List.of("heartbeat {\"value\":1740151201}", "battery/512/Dc/0/Voltage {\"value\":53}"),
        told(subscriber));
  }

  @Test
  void theOldKeepaliveWithItsListOfTopicsIsUnderstood() {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = gateway();
    show(gateway, subscriber, Snapshots.charging());
    subscriber.publish(R + "system/0/Serial", "[\"battery/+/Soc\"]", false);
    subscriber.await(COMPLETED, "{\"value\":1740151201}");
    assertTrue(told(subscriber).contains("battery/512/Dc/0/Voltage {\"value\":52.8}"));
  }

  @Test
  void changesEndWithoutNullsSixtySecondsAfterTheLastKeepalive() {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = gateway();
    show(gateway, subscriber, Snapshots.charging());
    keepAlive(subscriber, "");
    subscriber.await(COMPLETED);
    time.leap(Duration.ofSeconds(60));
    gateway.publish(Snapshots.charging(53).sequence(2).build());
    subscriber.await(VOLTAGE, "{\"value\":53}");
    told(subscriber);
    time.leap(Duration.ofMillis(1));
    gateway.publish(Snapshots.charging(54).sequence(3).build());
    subscriber.publish(R + "battery/512/Soc", "", false);
    subscriber.await(SOC);
    assertEquals(List.of("battery/512/Soc {\"value\":85.1}"), told(subscriber));
    keepAlive(subscriber, "");
    subscriber.await(VOLTAGE, "{\"value\":54}");
  }

  @Test
  void noMoreThanThreeFullPublishesASecond() {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = gateway();
    show(gateway, subscriber, Snapshots.charging());
    for (int i = 0; i < 10; i++) {
      keepAlive(subscriber, "");
      subscriber.await(R + "keepalive");
    }
    Await.until(() -> requests(gateway, "full-publish-limited") == 7);
    assertEquals(
        3, told(subscriber).stream().filter(line -> line.startsWith("full_publish")).count());
    time.leap(Duration.ofSeconds(1));
    keepAlive(subscriber, "");
    subscriber.await(COMPLETED);
  }

  @Test
  void aReadIsAnsweredAlsoWhileNobodyKeepsAlive() {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = gateway();
    show(gateway, subscriber, Snapshots.charging());
    long before = requests(gateway, "unknown") + requests(gateway, "read");
    subscriber.publish(R + "battery/512/Dc", "", false);
    for (String unknown : List.of("D", "Dc/0/Volt", "Nothing")) {
      subscriber.publish(R + "battery/512/" + unknown, "", false);
    }
    subscriber.publish(R + "battery/51/Soc", "", false);
    subscriber.publish(R + "battery/512/Soc", "", false);
    subscriber.await(SOC);
    assertEquals(
        List.of(
            "battery/512/Dc/0/Voltage {\"value\":52.8}",
            "battery/512/Dc/0/Temperature {\"value\":24.3}",
            "battery/512/Dc/0/Power {\"value\":554.4}",
            "battery/512/Soc {\"value\":85.1}"),
        told(subscriber));
    assertEquals(before + 6, requests(gateway, "unknown") + requests(gateway, "read"));
  }

  // Whoever floods the gateway with questions must not keep others from their values.
  @Test
  void aFloodOfReadsIsBoundedAndChangesGoOn() {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = gateway();
    show(gateway, subscriber, Snapshots.charging());
    keepAlive(subscriber, KEPT);
    long before = requests(gateway, "read");
    for (int i = 0; i < 100; i++) {
      subscriber.publish(R + "battery/512", "", false);
      subscriber.await(R + "battery/512");
    }
    Await.until(
        () -> requests(gateway, "read") - before + requests(gateway, "read-limited") == 100);
    assertEquals(38, requests(gateway, "read") - before); // 8 units of 300 each, the last one owes
    gateway.publish(Snapshots.charging(53).sequence(2).build());
    subscriber.await(VOLTAGE, "{\"value\":53}");
    time.leap(Duration.ofSeconds(1));
    subscriber.publish(R + "battery/512/Soc", "", false);
    subscriber.await(SOC);
  }

  // A retained request is repeated at each connect, from a client that may be gone for years.
  @Test
  void retainedRequestsHaveNoEffect() {
    TestingSubscriber subscriber = subscriber();
    subscriber.publish(R + "keepalive", "{}", true);
    subscriber.publish(W + "battery/512/Info/MaxChargeCurrent", "{\"value\":100}", true);
    subscriber.await(W + "battery/512/Info/MaxChargeCurrent");
    TestingGateway gateway = gateway();
    gateway.publish(Snapshots.charging().build());
    Await.until(() -> requests(gateway, "retained") == 1);
    Await.until(() -> requests(gateway, "write-refused") == 1);
    assertEquals(List.of("system/0/Serial {\"value\":\"" + PORTAL + "\"}"), told(subscriber));
  }

  @Test
  void aWriteIsRefusedAndHasNoEffect() {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = gateway();
    show(gateway, subscriber, Snapshots.charging());
    subscriber.publish(W + "battery/512/Info/MaxChargeCurrent", "{\"value\":100}", false);
    subscriber.publish(W + "battery/512/Soc", "", false);
    Await.until(() -> requests(gateway, "write-refused") == 2);
    assertEquals(List.of(), told(subscriber));
  }

  // The device is not heard: no message says so, only time.
  @Test
  void valuesOfALostDeviceBecomeNull() {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = gateway();
    show(gateway, subscriber, Snapshots.charging());
    keepAlive(subscriber, "");
    subscriber.await(N + "heartbeat");
    told(subscriber);
    time.leap(Duration.ofSeconds(40));
    subscriber.await(N + "battery/512/System/0/State", "{\"value\":null}");
    List<String> told = told(subscriber);
    assertTrue(told.contains("battery/512/Connected {\"value\":0}"), told::toString);
    assertTrue(told.contains("battery/512/Dc/0/Voltage {\"value\":null}"), told::toString);
    gateway.publish(Snapshots.charging().sequence(2).build());
    subscriber.await(VOLTAGE, "{\"value\":52.8}");
  }

  @Test
  void aSensorThatIsAbsentIsNull() {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = gateway();
    show(
        gateway,
        subscriber,
        Snapshots.charging().bad("external_temperature_1", QualityReason.SENSOR_ABSENT));
    keepAlive(subscriber, "");
    subscriber.await(N + "battery/512/Dc/0/Temperature", "{\"value\":null}");
  }

  // One poll that failed is no news; who asks then must not take the old value for a live one.
  @Test
  void aLateValueStaysUntilSomebodyAsks() {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = gateway();
    show(gateway, subscriber, Snapshots.charging());
    keepAlive(subscriber, "");
    subscriber.await(N + "heartbeat");
    told(subscriber);
    int late = (int) Fixtures.pack().groups().getFirst().staleAfter().toMillis();
    gateway.publish(Snapshots.charging().aged(late).sequence(2).build());
    awaitLate(subscriber);
    List<String> told = told(subscriber);
    assertTrue(told.stream().noneMatch(line -> line.startsWith("battery/512/Soc")), told::toString);
    subscriber.publish(R + "battery/512/Soc", "", false);
    subscriber.await(SOC, "{\"value\":null}");
  }

  /// Bus and broker come by different ways: what was published first may arrive last.
  private static void awaitLate(TestingSubscriber subscriber) {
    String voltage;
    do {
      subscriber.publish(R + "battery/512/Dc/0/Voltage", "", false);
      voltage = subscriber.await(VOLTAGE).payload();
    } while (!voltage.equals("{\"value\":null}"));
  }

  @Test
  void aCleanStopTakesTheDeviceAway() {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = gateway();
    show(gateway, subscriber, Snapshots.charging());
    keepAlive(subscriber, "");
    subscriber.await(N + "heartbeat");
    told(subscriber);
    gateway.stop();
    subscriber.await(N + "battery/512/System/0/State", "");
    List<String> told = told(subscriber);
    assertEquals(7, told.stream().filter(line -> line.endsWith(" ")).count(), told::toString);
  }
}
