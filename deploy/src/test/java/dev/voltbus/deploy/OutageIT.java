package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.deploy.TestingListener.Heard;
import dev.voltbus.simulator.BatterySite;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The packaged gateway is killed twice while its broker cannot be reached; another client of the
/// broker must get every sample that the gateway had stored, in order and with its own time.
@Timeout(180)
class OutageIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String TELEMETRY = "SITE-CL-001/telemetry";
  private static final Pattern WAITING =
      Pattern.compile("(?m)^voltbus_mqtt_outbox_records\\{[^}]*} ([0-9.E+]+)$");
  private static final Pattern TS = Pattern.compile("\"ts\":([0-9.]+)");

  private final Vertx vertx = Vertx.vertx();
  private final BatterySite site = new BatterySite(0, 0);
  private final int healthPort = PackagedProduct.freePort();
  @TempDir private Path folder;
  private TestingMosquitto broker;
  private TestingCut cable;

  @BeforeEach
  void start() throws Exception {
    broker = TestingMosquitto.start();
    cable = new TestingCut(vertx, broker.port());
    cable.mend();
    vertx.deployVerticle(site).await();
    Files.writeString(
        folder.resolve("site.yaml"),
        """
        site: atacama
        site-id: SITE-CL-001
        links:
          bms: { url: "tcp://127.0.0.1:%d" }
        devices:
          bms-1: { type: tinybms, link: bms, unit: 170, poll: { live: 100ms } }
        brokers:
          local: { uri: "mqtt://127.0.0.1:%d", reconnect-interval-ms: 500 }
        publications:
          bessai: { contract: bessai, broker: local, devices: [bms-1], interval: 100ms }
        """
            .formatted(site.packServer().port(), cable.port()));
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
        "--health-port=" + healthPort,
        "--http-port=" + PackagedProduct.freePort());
  }

  @Test
  void noStoredSampleIsLostOverAnOutageWithTwoKills() throws Exception {
    try (TestingListener listener = TestingListener.on(broker.port())) {
      long stored = 0;
      try (PackagedProduct first = gateway()) {
        listener.await(heard -> heard.topic().equals(TELEMETRY), LIMIT, "telemetry");
        cable.cut();
        stored = awaitWaiting(first, 30);
        first.signal("KILL");
      }
      try (PackagedProduct second = gateway()) {
        stored = awaitWaiting(second, stored + 30);
        second.signal("KILL");
      }
      try (PackagedProduct third = gateway()) {
        stored = awaitWaiting(third, stored + 30);
        int before = samples(listener).size();
        cable.mend();
        awaitDrained(third);
        long wanted = before + stored;
        listener.awaitAll(heard -> samples(heard).size() >= wanted, LIMIT, wanted + " samples");
        System.out.println("outage with two kills: " + stored + " samples stored, all arrived");
      }
      assertInOrder(listener.heard());
    }
  }

  /// Waits until so many samples are stored, and returns how many there are then.
  private long awaitWaiting(PackagedProduct gateway, long least) throws Exception {
    long end = System.nanoTime() + LIMIT.toNanos();
    long waiting = waiting();
    while (waiting < least) {
      assertTrue(
          System.nanoTime() < end, waiting + " samples, not " + least + "\n" + gateway.output());
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
      waiting = waiting();
    }
    return waiting;
  }

  private void awaitDrained(PackagedProduct gateway) throws Exception {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (waiting() > 5) {
      assertTrue(System.nanoTime() < end, waiting() + " samples wait\n" + gateway.output());
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
  }

  /// What the metrics say, or -1 while the process has none yet.
  private long waiting() throws InterruptedException {
    try {
      Matcher line = WAITING.matcher(PackagedProduct.get(healthPort, "/metrics").body());
      return line.find() ? Math.round(Double.parseDouble(line.group(1))) : -1;
    } catch (IOException notThere) {
      return -1;
    }
  }

  private static Set<String> samples(TestingListener listener) {
    return samples(listener.heard());
  }

  /// The times of the samples, each once, in the order in which they came first.
  private static Set<String> samples(List<Heard> heard) {
    Set<String> times = new LinkedHashSet<>();
    for (Heard message : heard) {
      Matcher ts = TS.matcher(message.payload());
      if (message.topic().equals(TELEMETRY) && ts.find()) {
        times.add(ts.group(1));
      }
    }
    return times;
  }

  private static void assertInOrder(List<Heard> heard) {
    List<Double> times = samples(heard).stream().map(Double::valueOf).toList();
    List<Double> sorted = new ArrayList<>(times);
    sorted.sort(null);
    assertEquals(sorted, times);
  }
}
