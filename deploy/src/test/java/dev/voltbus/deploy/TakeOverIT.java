package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.simulator.BatterySite;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// One node polls, one of two others maps and publishes: when that one is killed or stopped, the
/// other one sends all that was polled meanwhile. A reading carries the time of the device's
/// answer, so a subscriber sees which one is missing.
@Timeout(600)
class TakeOverIT {
  private static final int KILLS = Integer.getInteger("voltbus.takeover.kills", 2);
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration STOP = Duration.ofSeconds(10);
  private static final String TOPIC = "takeover/telemetry";

  /// Devices are asked each second; a reading has the time of its answer.
  private static final long MOST_APART_MILLIS = 1_600;

  private final Vertx vertx = Vertx.vertx();
  private final Random random = new Random();
  private final List<PackagedProduct> publishers = new ArrayList<>();
  private final List<PackagedProduct> nodes = new ArrayList<>();
  private TestingMosquitto broker;
  private TestingListener listener;
  private Path siteFile;
  private int states;
  @TempDir private Path folder;

  @BeforeEach
  void start() throws Exception {
    broker = TestingMosquitto.start();
    BatterySite site = new BatterySite(0, 0);
    vertx.deployVerticle(site).await();
    siteFile = folder.resolve("site.yaml");
    Files.writeString(
        siteFile,
        """
        site: takeover-%d
        links: { pack: { url: "%s", reconnect-max: 1s } }
        devices: { bms: { type: tinybms, link: pack, unit: %d } }
        brokers: { local: { uri: "mqtt://127.0.0.1:%d" } }
        publications:
          B: { contract: bessai, broker: local, devices: [bms], prefix: takeover, interval: 500ms }
        """
            .formatted(
                ProcessHandle.current().pid(),
                site.packServer().url(),
                BatterySite.TINYBMS_UNIT,
                broker.port()));
    listener = TestingListener.on(broker.port()).subscribed();
    awaitUp(node("acquisition"));
    publishers.add(node("mapping,mqtt"));
    publishers.add(node("mapping,mqtt"));
    publishers.forEach(TakeOverIT::awaitUp);
    awaitSamples(3);
  }

  @AfterEach
  void stop() throws Exception {
    for (PackagedProduct node : nodes) {
      node.close();
    }
    listener.close();
    vertx.close().await();
    broker.close();
  }

  private PackagedProduct node(String roles) throws IOException {
    PackagedProduct node =
        PackagedProduct.start(
            Map.of(),
            "run",
            "--site=" + siteFile,
            "--roles=" + roles,
            "--cluster",
            "--cluster-size=3",
            "--state=" + folder.resolve("state-" + ++states),
            "--http-port=" + PackagedProduct.freePort(),
            "--health-port=" + PackagedProduct.freePort());
    nodes.add(node);
    return node;
  }

  private static void awaitUp(PackagedProduct node) {
    try {
      node.awaitLine(line -> line.contains("running"), START);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private PackagedProduct owner() {
    return publishers.stream()
        .max(Comparator.comparingLong(node -> LeaseLog.token(node, "publication/B").orElse(0L)))
        .orElseThrow();
  }

  /// Times of the readings heard, Unix ms, each once.
  private NavigableSet<Long> heard() {
    NavigableSet<Long> times = new TreeSet<>();
    listener
        .heard(TOPIC)
        .forEach(
            each -> times.add(Math.round(new JsonObject(each.payload()).getDouble("ts") * 1000)));
    return times;
  }

  private void awaitSamples(int more) throws InterruptedException {
    int before = heard().size();
    listener.awaitAll(
        all -> all.stream().filter(each -> each.topic().equals(TOPIC)).count() >= before + more,
        START,
        more + " more samples");
  }

  /// The longest time between two readings that were heard, in ms.
  private long longestGap() {
    long longest = 0;
    Long last = null;
    for (long time : heard()) {
      longest = last == null ? longest : Math.max(longest, time - last);
      last = time;
    }
    return longest;
  }

  private String account(PackagedProduct gone) {
    return "heard " + heard() + "\n" + gone.output();
  }

  @Test
  void whatWasPolledWhileNobodyPublishedArrives() throws Exception {
    for (int i = 0; i < KILLS; i++) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(1_000)));
      PackagedProduct dying = owner();
      dying.signal("KILL");
      dying.awaitExit(STOP);
      publishers.remove(dying);
      awaitSamples(5);
      long gap = longestGap();
      int twice = listener.heard(TOPIC).size() - heard().size();
      System.out.printf(
          "take-over %d: longest gap between readings %d ms, %d came twice%n", i + 1, gap, twice);
      assertTrue(gap < MOST_APART_MILLIS, () -> gap + " ms\n" + account(dying));
      PackagedProduct fresh = node("mapping,mqtt");
      publishers.add(fresh);
      awaitUp(fresh);
    }
  }

  @Test
  void aPublisherThatIsStoppedLosesNothing() throws Exception {
    PackagedProduct leaving = owner();
    leaving.signal("TERM");
    leaving.awaitExit(STOP);
    publishers.remove(leaving);
    awaitSamples(5);
    long gap = longestGap();
    System.out.printf("hand-over: longest gap between readings %d ms%n", gap);
    assertTrue(gap < MOST_APART_MILLIS, () -> gap + " ms\n" + account(leaving));
  }
}
