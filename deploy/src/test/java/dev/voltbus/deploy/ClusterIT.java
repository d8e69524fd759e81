package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.voltbus.simulator.BatterySite;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The roles of one site in three processes on the clustered event bus.
@Timeout(180)
class ClusterIT {
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration STOP = Duration.ofSeconds(5);

  private final Vertx vertx = Vertx.vertx();
  private final BatterySite site = new BatterySite(0, 0);
  private final List<PackagedProduct> nodes = new ArrayList<>();
  private TestingMosquitto broker;
  private Path siteFile;
  @TempDir Path folder;

  @BeforeEach
  void start() throws Exception {
    broker = TestingMosquitto.start();
    vertx.deployVerticle(site).await();
    siteFile = folder.resolve("site.yaml");
    String demo = Files.readString(PackagedProduct.HOME.resolve("config/sites/demo.yaml"));
    // A name of its own is a cluster of its own.
    Files.writeString(
        siteFile, demo.replace("site: demo", "site: demo-" + ProcessHandle.current().pid()));
  }

  @AfterEach
  void stop() throws Exception {
    for (PackagedProduct node : nodes) {
      node.close();
    }
    vertx.close().await();
    broker.close();
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
  void threeProcessesPublishTheTopicsOfOneInWhateverOrderTheyStart(String order) throws Exception {
    try (TestingListener listener = TestingListener.on(broker.port())) {
      for (String roles : order.split(" ", -1)) {
        PackagedProduct node = node(roles);
        node.awaitLine(line -> line.contains("running; console"), START);
      }
      try {
        listener.awaitAll(
            heard ->
                DemoTopics.each(1, heard) && DemoTopics.changed(heard) && DemoTopics.full(heard),
            Duration.ofSeconds(60),
            "all topics, and changes");
      } catch (AssertionError e) {
        throw new AssertionError(account(), e);
      }
      DemoTopics.check(listener.heard());
      for (PackagedProduct node : nodes) {
        node.signal("TERM");
      }
      for (PackagedProduct node : nodes) {
        node.awaitExit(STOP);
      }
      assertEquals("offline", listener.heard("BE/status").getLast().payload());
    }
  }

  // A machine that boots starts all of them at once; their ports must not collide.
  @Test
  void threeProcessesMayStartAtTheSameMoment() throws Exception {
    try (TestingListener listener = TestingListener.on(broker.port())) {
      for (String roles : List.of("mapping", "mqtt,command", "acquisition")) {
        node(roles);
      }
      for (PackagedProduct node : nodes) {
        node.awaitLine(line -> line.contains("running; console"), START);
      }
      listener.awaitAll(heard -> DemoTopics.each(1, heard), Duration.ofSeconds(60), "all topics");
    }
  }

  // Whoever looks at the topics sees a pause of some seconds, nothing else.
  @Test
  void aSecondNodeTakesOverWhatADeadOneDid() throws Exception {
    String all = "acquisition,mapping,mqtt,command";
    try (TestingListener listener = TestingListener.on(broker.port())) {
      PackagedProduct first = node(all);
      first.awaitLine(line -> line.contains("running; console"), START);
      listener.awaitAll(heard -> DemoTopics.each(1, heard), START, "all topics");
      node(all).awaitLine(line -> line.contains("running; console"), START);
      int before = listener.heard().size();
      first.signal("KILL");
      long killed = System.currentTimeMillis();
      first.awaitExit(STOP);
      listener.awaitAll(
          heard -> DemoTopics.each(1, heard.subList(before, heard.size())), START, "topics again");
      System.out.println("take-over: " + (System.currentTimeMillis() - killed) + " ms");
    }
  }

  // Two nodes have no majority once one is dead; a third that does nothing else makes one.
  @Test
  void aWitnessMakesAMajority() throws Exception {
    String all = "acquisition,mapping,mqtt,command";
    try (TestingListener listener = TestingListener.on(broker.port())) {
      PackagedProduct first = node(all, "--cluster-size=3");
      first.awaitLine(line -> line.contains("running; console"), START);
      PackagedProduct witness = node("witness", "--cluster-size=3");
      witness.awaitLine(line -> line.contains(": witness running; console"), START);
      listener.awaitAll(heard -> DemoTopics.each(1, heard), START, "all topics");
      node(all, "--cluster-size=3").awaitLine(line -> line.contains("running; console"), START);
      int before = listener.heard().size();
      first.signal("KILL");
      first.awaitExit(STOP);
      listener.awaitAll(
          heard -> DemoTopics.each(1, heard.subList(before, heard.size())), START, "topics again");
      assertEquals(
          "", witness.output().lines().filter(line -> line.contains("taken")).findAny().orElse(""));
    }
  }

  // The next owner has another disk, or none: only the cluster knows what the dead one left.
  @Test
  void whatADeadNodeLeftAtTheBrokerIsClearedByTheNextOwner() throws Exception {
    String cell = "homeassistant/sensor/BE/cell_voltage16/config";
    try (TestingListener listener = TestingListener.on(broker.port())) {
      PackagedProduct first = null;
      for (String roles : List.of("mapping", "acquisition", "mqtt,command")) {
        first = node(roles);
        first.awaitLine(line -> line.contains("running; console"), START);
      }
      listener.await(heard -> heard.topic().equals(cell), Duration.ofSeconds(60), cell);
      Objects.requireNonNull(first).signal("KILL");
      first.awaitExit(STOP);
      String before = Files.readString(siteFile);
      Files.writeString(siteFile, before.replace("prefix: BE\n", "prefix: HOME\n"));
      node("mqtt,command").awaitLine(line -> line.contains("running; console"), START);
      listener.await(
          heard -> heard.topic().equals(cell) && heard.payload().isEmpty(),
          Duration.ofSeconds(30),
          cell + " cleared");
      listener.await(
          heard -> heard.topic().equals("homeassistant/sensor/HOME/cell_voltage16/config"),
          Duration.ofSeconds(30),
          "entities of the new prefix");
    }
  }

  // The control socket is where the operator is, the publication may be anywhere.
  @Test
  void reloadReachesThePublicationsOfAnotherNode() throws Exception {
    Path state = folder.resolve("state");
    node("mapping", "--state=" + state).awaitLine(line -> line.contains("running; console"), START);
    PackagedProduct owner = node("mqtt,command");
    owner.awaitLine(line -> line.contains("publication=BE connected"), START);
    try (PackagedProduct reload =
        PackagedProduct.start(Map.of(), "reload", "--state=" + state, "--publication=BE")) {
      assertEquals(0, reload.awaitExit(START), reload::output);
      assertEquals("publication BE: connected anew", reload.output());
    }
    owner.awaitLine(
        line -> line.contains("publication=BE reconnects: asked by the control socket"), STOP);
  }

  private String account() {
    StringBuilder text = new StringBuilder();
    nodes.forEach(node -> text.append("---- process\n").append(node.output()).append('\n'));
    return text.toString();
  }

  private PackagedProduct node(String roles, String... more) throws IOException {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("run", "--site=" + siteFile, "--roles=" + roles, "--cluster"));
    arguments.add("--http-port=" + PackagedProduct.freePort());
    arguments.add("--health-port=" + PackagedProduct.freePort());
    arguments.addAll(List.of(more));
    PackagedProduct node =
        PackagedProduct.start(
            Map.of(
                "MQTT_PORT", Integer.toString(broker.port()),
                "MODBUS_PORT", Integer.toString(site.packServer().port()),
                "MODBUS_PORT_2", Integer.toString(site.towerServer().port())),
            arguments.toArray(String[]::new));
    nodes.add(node);
    return node;
  }
}
