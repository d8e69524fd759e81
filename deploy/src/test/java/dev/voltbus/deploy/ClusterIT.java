package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.simulator.BatterySite;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The demo's site over three processes on the clustered event bus, between a real mosquitto and
/// simulated batteries.
final class ClusterIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String SMALL =
      "-Xmx96m -Xss512k -XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=48m";

  @TempDir private Path folder;
  private final Vertx vertx = Vertx.vertx();
  private final BatterySite batteries = new BatterySite(0, 0);
  private final Deque<PackagedProduct> nodes = new ArrayDeque<>();
  private TestingMosquitto mosquitto;
  private Path site;

  @BeforeEach
  void startSurroundings() throws IOException {
    mosquitto = TestingMosquitto.start(folder);
    var _ = vertx.deployVerticle(batteries).await();
    site = ownSite();
  }

  /// The site's name is the cluster's, so that two runs on one machine keep apart.
  private Path ownSite() throws IOException {
    String demo = Files.readString(PackagedProduct.HOME.resolve("config/sites/demo.yaml"));
    String name = "cluster-" + mosquitto.port() + "-" + ProcessHandle.current().pid();
    String own = demo.replace("\nsite: demo\n", "\nsite: " + name + "\n");
    assertTrue(own.contains(name));
    return Files.writeString(folder.resolve("site.yaml"), own);
  }

  @AfterEach
  void stopSurroundings() {
    nodes.forEach(PackagedProduct::close);
    if (mosquitto != null) {
      mosquitto.close();
    }
    vertx.close().await();
  }

  private PackagedProduct start(String roles) throws IOException {
    List<Integer> ports = PackagedProduct.freePorts(2);
    PackagedProduct node =
        PackagedProduct.start(
            Map.of(
                "VOLTBUS_JAVA_OPTS", SMALL,
                "MQTT_PORT", Integer.toString(mosquitto.port()),
                "MODBUS_PORT", Integer.toString(batteries.packServer().port()),
                "MODBUS_PORT_2", Integer.toString(batteries.towerServer().port())),
            "run",
            "--site=" + site,
            "--roles=" + roles,
            "--cluster",
            "--http-port=" + ports.get(0),
            "--health-port=" + ports.get(1));
    nodes.add(node);
    return node;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "acquisition mapping mqtt,command",
        "acquisition mqtt,command mapping",
        "mapping acquisition mqtt,command",
        "mapping mqtt,command acquisition",
        "mqtt,command acquisition mapping",
        "mqtt,command mapping acquisition"
      })
  void threeProcessesPublishTheSameTopicsInWhateverOrderTheyStart(String order) throws Exception {
    PayloadContract contract = PayloadContract.load();
    long began = System.nanoTime();
    try (TestingSubscriber subscriber = TestingSubscriber.on(vertx, mosquitto.port())) {
      for (String roles : order.split(" ")) {
        start(roles).awaitLine("running; console");
      }
      long running = System.nanoTime();
      SiteTopics.awaitEach(subscriber, 1, LIMIT);
      long complete = System.nanoTime();
      subscriber.all().forEach(contract::check);
      Duration ended = endAll();
      System.out.printf(
          "cluster: %s: running after %d ms, all topics %d ms later, ended in %d ms%n",
          order, (running - began) / 1_000_000, (complete - running) / 1_000_000, ended.toMillis());
      subscriber.await(
          "offline", LIMIT, () -> subscriber.on("BE/status").getLast().payload().equals("offline"));
    }
  }

  /// Ends all nodes together.
  ///
  /// @return the time until the last one was gone
  private Duration endAll() throws IOException, InterruptedException {
    long began = System.nanoTime();
    for (PackagedProduct node : nodes) {
      node.signal("TERM");
    }
    for (PackagedProduct node : nodes) {
      Duration left = PackagedProduct.STOP_LIMIT.minusNanos(System.nanoTime() - began);
      assertEquals(143, node.awaitExit(left), node::output);
    }
    return Duration.ofNanos(System.nanoTime() - began);
  }

  // The same site, so the same topics: those of one process, no more and no less.
  @Test
  void threeProcessesPublishExactlyWhatOneDoes() throws Exception {
    try (TestingSubscriber subscriber = TestingSubscriber.on(vertx, mosquitto.port());
        PackagedProduct one = start("acquisition,mapping,mqtt,command")) {
      awaitAll(subscriber);
      var alone = subscriber.counts().keySet();
      assertEquals(143, endAndCount(one));
      nodes.clear();
      try (TestingSubscriber second = TestingSubscriber.on(vertx, mosquitto.port())) {
        for (String roles : List.of("mapping", "mqtt,command", "acquisition")) {
          var _ = start(roles);
        }
        explained(() -> {
          SiteTopics.awaitMovement(second, LIMIT);
          second.await(
              "the topics of one process", LIMIT, () -> second.counts().keySet().equals(alone));
        });
      }
    }
  }

  /// Adds to a failure what the nodes printed.
  private void explained(Runnable check) {
    try {
      check.run();
    } catch (AssertionError failure) {
      String said = String.join("\n", nodes.stream().map(PackagedProduct::output).toList());
      throw new AssertionError(failure.getMessage() + "\n" + said, failure);
    }
  }

  private static void awaitAll(TestingSubscriber subscriber) {
    SiteTopics.awaitEach(subscriber, 1, LIMIT);
    SiteTopics.awaitMovement(subscriber, LIMIT);
  }

  private static int endAndCount(PackagedProduct node) throws IOException, InterruptedException {
    node.signal("TERM");
    return node.awaitExit(PackagedProduct.STOP_LIMIT);
  }

  // Two that poll one device disturb each other, two that publish contradict each other.
  @Test
  void aSecondNodeWithARoleThatRunsIsRefused() throws Exception {
    PackagedProduct first = start("mapping,mqtt").awaitLine("running; console");
    PackagedProduct second = start("acquisition,mqtt");
    assertEquals(1, second.awaitExit(Duration.ofSeconds(30)), second::output);
    String refusal = second.output().lines().toList().getLast();
    assertTrue(
        refusal.matches(
            "role mqtt already runs on member \\[127\\.0\\.0\\.1]:57[0-9]{2};"
                + " give this node other --roles"),
        second::output);
    assertTrue(first.isAlive(), first::output);
    assertEquals(143, endAndCount(first));
  }
}
