package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.deploy.TestingListener.Heard;
import dev.voltbus.simulator.BatterySite;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The packaged gateway as two MQTT clients that are not ours see it: mosquitto_sub and paho.
@Timeout(180)
class ClientsIT {
  private static final Duration LIMIT = Duration.ofSeconds(40);
  private static final String ONCE = "once/battery_pack_current";
  private static final String VOLTAGE = "once/battery_pack_voltage";

  private final Vertx vertx = Vertx.vertx();
  private final BatterySite site = new BatterySite(0, 0);
  @TempDir private Path folder;
  private TestingMosquitto broker;

  @BeforeEach
  void start() throws Exception {
    broker = TestingMosquitto.keeping(Files.createDirectories(folder.resolve("broker")));
    vertx.deployVerticle(site).await();
    Files.writeString(
        folder.resolve("site.yaml"),
        """
        site: clients
        links:
          bms: { url: "tcp://127.0.0.1:%d" }
        devices:
          bms-1: { type: tinybms, link: bms, unit: 170, poll: { live: 200ms } }
        brokers:
          local: { uri: "mqtt://127.0.0.1:%d", reconnect-interval-ms: 2000 }
        publications:
          dbe: { contract: battery-emulator, broker: local, devices: [bms-1], interval: 1s, client-id: dbe_one }
          values:
            contract: tinybms
            broker: local
            devices: [bms-1]
            prefix: once
            default-qos: 1
            overrides:
              battery_pack_current: { qos: 2, report: every }
              battery_pack_voltage: { report: every }
        """
            .formatted(site.packServer().port(), broker.port()));
  }

  @AfterEach
  void stop() {
    vertx.close().await();
    broker.close();
  }

  private PackagedProduct gateway() throws Exception {
    return PackagedProduct.start(
        Map.of(),
        "run",
        "--site=" + folder.resolve("site.yaml"),
        "--state=" + Files.createDirectories(folder.resolve("state")),
        "--health-port=" + PackagedProduct.freePort(),
        "--http-port=" + PackagedProduct.freePort());
  }

  @Test
  void qosRetainAndWillAreTheSameForBothClients() throws Exception {
    try (TestingListener sub = TestingListener.on(broker.port()).subscribed();
        TestingListener paho = TestingListener.paho(broker.port(), "paho", "clean").subscribed()) {
      try (PackagedProduct gateway = gateway()) {
        for (TestingListener client : List.of(sub, paho)) {
          assertEquals(1, first(client, "BE/status", "online").qos());
          assertEquals(0, first(client, "BE/info", "").qos());
          assertEquals(1, first(client, VOLTAGE, "").qos());
          assertEquals(2, first(client, ONCE, "").qos());
          client.awaitAll(all -> count(all, ONCE) >= 20, LIMIT, "20 messages of QoS 2");
          List<Heard> once = client.heard(ONCE);
          assertEquals(once.size(), new HashSet<>(payloads(once)).size(), "each exactly once");
        }
        try (TestingListener late = TestingListener.paho(broker.port(), "late", "clean")) {
          assertTrue(first(late, "BE/status", "online").retained());
          assertFalse(first(late, VOLTAGE, "").retained());
        }
        gateway.signal("KILL");
      }
      for (TestingListener client : List.of(sub, paho)) {
        assertEquals(1, first(client, "BE/status", "offline").qos());
      }
      try (TestingListener late = TestingListener.paho(broker.port(), "late", "clean")) {
        assertTrue(first(late, "BE/status", "offline").retained());
      }
    }
  }

  // A consumer that restarts relies on the broker's queue, which holds what has QoS 1 and 2.
  @Test
  void aPersistentSessionGetsWhatWasPublishedMeanwhile() throws Exception {
    try (TestingListener sub = TestingListener.on(broker.port()).subscribed();
        PackagedProduct gateway = gateway()) {
      try (TestingListener keeper =
          TestingListener.paho(broker.port(), "keeper", "persistent").subscribed()) {
        first(keeper, ONCE, "");
      }
      sub.all(); // what the keeper may have heard too
      int gone = sub.heard().size();
      sub.awaitAll(
          all -> count(all.subList(gone, all.size()), ONCE) >= 10, LIMIT, gateway.output());
      List<Heard> meanwhile = sub.since(gone);
      try (TestingListener back = TestingListener.paho(broker.port(), "keeper", "persistent")) {
        for (String topic : List.of(ONCE, VOLTAGE)) {
          List<String> wanted =
              payloads(meanwhile.stream().filter(heard -> heard.topic().equals(topic)).toList());
          back.awaitAll(
              all ->
                  payloads(all.stream().filter(heard -> heard.topic().equals(topic)).toList())
                      .containsAll(wanted),
              LIMIT,
              topic + " of " + wanted.size());
        }
      }
    }
  }

  // Two clients with one id kick each other for ever unless one of them gives in.
  @Test
  void aForeignClientWithOurIdIsToldAfterThreeRounds() throws Exception {
    try (TestingListener sub = TestingListener.on(broker.port()).subscribed();
        PackagedProduct gateway = gateway()) {
      first(sub, "BE/status", "online");
      try (TestingListener rival = TestingListener.paho(broker.port(), "dbe_one", "clean")) {
        gateway.awaitLine(
            line ->
                line.contains("another client uses client id dbe_one")
                    && line.contains("closed 3 connections"),
            LIMIT);
        assertFalse(rival.heard().isEmpty());
      }
      int gone = sub.heard().size();
      sub.awaitAll(
          all ->
              all.subList(gone, all.size()).stream()
                      .filter(heard -> heard.topic().equals("BE/info"))
                      .count()
                  >= 3,
          LIMIT,
          "values once the rival has gone");
    }
  }

  private static Heard first(TestingListener client, String topic, String text) throws Exception {
    return client.await(
        heard -> heard.topic().equals(topic) && heard.payload().contains(text),
        LIMIT,
        topic + " " + text);
  }

  private static long count(List<Heard> all, String topic) {
    return all.stream().filter(heard -> heard.topic().equals(topic)).count();
  }

  private static List<String> payloads(List<Heard> all) {
    return all.stream().map(Heard::payload).toList();
  }
}
