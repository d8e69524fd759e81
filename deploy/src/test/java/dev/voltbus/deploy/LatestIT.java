package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.deploy.TestingListener.Heard;
import dev.voltbus.simulator.LoadSite;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Topics of which only the newest value counts, over an outage of the broker's cable in which one
/// of two devices falls silent. 12 s, or `-Dvoltbus.latest.seconds=120`.
@Timeout(600)
class LatestIT {
  private static final Duration TIME =
      Duration.ofSeconds(Long.getLong("voltbus.latest.seconds", 12));

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int REGISTERS = 10;

  private final Vertx vertx = Vertx.vertx();
  @TempDir private Path folder;

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  @Test
  void nothingOldComesBackAfterAnOutage() throws Exception {
    LoadSite devices = new LoadSite(2, REGISTERS);
    vertx.deployVerticle(devices).await();
    RecordingProxy silenced = new RecordingProxy(vertx, devices.ports().get(1));
    silenced.mend();
    try (TestingMosquitto broker = TestingMosquitto.start();
        TestingListener listener = TestingListener.on(broker.port()).subscribed()) {
      RecordingProxy cable = new RecordingProxy(vertx, broker.port());
      cable.mend();
      write(devices.ports().getFirst(), silenced.port(), cable.port());
      try (PackagedProduct gateway = gateway()) {
        awaitEach(listener, 0);
        silenced.cut();
        cable.cut();
        assertTrue(gateway.staysAliveFor(TIME), gateway.output());
        int before = listener.heard().size();
        cable.mend();
        awaitAgain(listener, before, "plain/alive/");
        awaitAgain(listener, before, "kept/alive/");
        assertTrue(gateway.staysAliveFor(Duration.ofSeconds(3)), gateway.output());
        assertEquals(
            List.of(),
            listener.since(before).stream().map(Heard::topic).filter(LatestIT::isSilent).toList());
        int after = listener.heard().size();
        silenced.mend();
        awaitEach(listener, after);
      }
      assertRising(listener.heard());
      System.out.printf(
          "latest: outage of %d s, %d messages, none older than one before it, none of the silent"
              + " device%n",
          TIME.toSeconds(), listener.heard().size());
    }
  }

  private static boolean isSilent(String topic) {
    return topic.contains("/silent/");
  }

  private static void awaitEach(TestingListener listener, int first) throws Exception {
    for (String prefix : List.of("plain/alive/", "plain/silent/", "kept/alive/", "kept/silent/")) {
      awaitAgain(listener, first, prefix);
    }
  }

  /// Each value twice, so that it is seen to move.
  private static void awaitAgain(TestingListener listener, int first, String prefix)
      throws Exception {
    for (int i = 0; i < REGISTERS; i++) {
      String topic = prefix + "r" + i;
      listener.awaitAll(
          all -> all.stream().skip(first).filter(heard -> heard.topic().equals(topic)).count() >= 2,
          LIMIT,
          topic);
    }
  }

  private static void assertRising(List<Heard> all) {
    Map<String, Heard> newest = new HashMap<>();
    for (Heard heard : all) {
      if (heard.topic().startsWith("plain/") || heard.topic().startsWith("kept/")) {
        Heard before = newest.put(heard.topic(), heard);
        if (before != null) {
          assertTrue(time(before) <= time(heard), () -> heard + " came behind " + before);
          assertTrue(value(before) <= value(heard), () -> heard + " came behind " + before);
        }
      }
    }
  }

  private static long time(Heard heard) {
    return heard.json().getLong("timestamp_ms");
  }

  private static double value(Heard heard) {
    return heard.json().getDouble("value");
  }

  private PackagedProduct gateway() throws Exception {
    return PackagedProduct.start(
        Map.of(),
        "run",
        "--site=" + folder.resolve("site.yaml"),
        "--config=" + folder,
        "--state=" + Files.createDirectories(folder.resolve("state")),
        "--health-port=" + PackagedProduct.freePort(),
        "--http-port=" + PackagedProduct.freePort());
  }

  private void write(int alive, int silent, int mqtt) throws Exception {
    OutageScene.writeConfig(folder, "200ms", REGISTERS);
    Files.writeString(
        folder.resolve("site.yaml"),
        """
        site: load
        links:
          one: { url: "tcp://127.0.0.1:%d" }
          two: { url: "tcp://127.0.0.1:%d" }
        devices:
          alive: { type: load, link: one }
          silent: { type: load, link: two }
        brokers:
          local: { uri: "mqtt://127.0.0.1:%d", reconnect-interval-ms: 500 }
        publications:
          plain-alive: { contract: tinybms, broker: local, devices: [alive], prefix: plain/alive }
          plain-silent: { contract: tinybms, broker: local, devices: [silent], prefix: plain/silent }
          kept-alive: { contract: tinybms, broker: local, devices: [alive], prefix: kept/alive, default-qos: 1, retain-by-default: true }
          kept-silent: { contract: tinybms, broker: local, devices: [silent], prefix: kept/silent, default-qos: 1, retain-by-default: true }
        """
            .formatted(alive, silent, mqtt));
  }
}
