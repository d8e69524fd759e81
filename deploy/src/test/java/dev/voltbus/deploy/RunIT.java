package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.deploy.TestingListener.Heard;
import dev.voltbus.simulator.BatterySite;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// `voltbus run` with a real broker and the simulator outside the process.
@Timeout(180)
class RunIT {
  private static final Duration START = Duration.ofSeconds(30);
  private static final Duration STOP = Duration.ofSeconds(5);
  private static final String VOLTAGE = DemoTopics.ROOT + "battery_pack_voltage";
  private static final String HEALTH = DemoTopics.ROOT + "state_of_health";

  private final Vertx vertx = Vertx.vertx();
  private final BatterySite site = new BatterySite(0, 0);
  private final int healthPort = PackagedProduct.freePort();
  private TestingMosquitto broker;

  @BeforeEach
  void start() throws Exception {
    broker = TestingMosquitto.start();
    vertx.deployVerticle(site).await();
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().await();
    broker.close();
  }

  // The first value is what a user waits for after a restart.
  @Test
  void firstValueIsPublishedWithinFiveSecondsOfTheStart() throws Exception {
    try (TestingListener listener = TestingListener.on(broker.port())) {
      long began = System.nanoTime();
      try (PackagedProduct gateway = gateway()) {
        Heard first =
            listener.await(
                message -> message.topic().equals(VOLTAGE), START, "first value " + gateway.pid());
        long millis = (first.nanos() - began) / 1_000_000;
        System.out.println("first value after " + millis + " ms");
        assertTrue(millis <= 5000, "first value after " + millis + " ms");
      }
    }
  }

  // A topic that check does not name would surprise, one that never comes would be missed.
  @Test
  void exactlyTheTopicsThatCheckAnnouncesArePublished() throws Exception {
    Set<String> announced = announced();
    assertTrue(announced.containsAll(DemoTopics.ALL), announced::toString);
    try (TestingListener listener = TestingListener.on(broker.port());
        PackagedProduct gateway = gateway()) {
      listener.awaitAll(
          heard -> topics(heard).containsAll(announced), START, "topics " + gateway.pid());
      Set<String> heard = topics(listener.heard());
      heard.removeIf(topic -> topic.matches(".*/cell_voltage([1-9]|1[0-5])/config"));
      assertEquals(announced, heard);
    }
  }

  /// The topics that `voltbus check` lists, without those that answer commands.
  private static Set<String> announced() throws IOException, InterruptedException {
    String site = PackagedProduct.HOME.resolve("config/sites/demo.yaml").toString();
    try (PackagedProduct check = PackagedProduct.start(Map.of(), "check", "--site=" + site)) {
      assertEquals(0, check.awaitExit(START), check::output);
      return check
          .output()
          .lines()
          .dropWhile(line -> !line.startsWith("topics of "))
          .filter(line -> line.startsWith("  ") && !line.endsWith("/command/result"))
          .map(line -> line.strip().replaceFirst(" \\(.*\\)$", ""))
          .map(topic -> topic.replaceFirst("cell_voltageN/", "cell_voltage16/"))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private static Set<String> topics(List<Heard> heard) {
    return heard.stream().map(Heard::topic).collect(Collectors.toCollection(TreeSet::new));
  }

  // Who comes late sees at once whether the bridge lives, and no old values.
  @Test
  void onlyStatusControlAndDiscoveryAreRetained() throws Exception {
    try (PackagedProduct gateway = gateway()) {
      try (TestingListener early = TestingListener.on(broker.port())) {
        early.awaitAll(heard -> DemoTopics.each(1, heard), START, "topics " + gateway.pid());
      }
      try (TestingListener late = TestingListener.on(broker.port())) {
        late.await(heard -> heard.topic().equals(VOLTAGE), START, "a live value");
        List<Heard> retained = late.heard().stream().filter(Heard::retained).toList();
        Set<String> topics = topics(retained);
        topics.removeIf(topic -> topic.startsWith("homeassistant/"));
        assertEquals(Set.of("BE/control", "BE/status", "BE2/status"), topics);
        retained.stream()
            .filter(message -> message.topic().endsWith("/status"))
            .forEach(status -> assertEquals("online", status.payload()));
      }
    }
  }

  // The process is of use without its surroundings: they may come up in any order.
  @Test
  void gatewayIsReadyBeforeItsBrokerIsThere() throws Exception {
    broker.stop();
    try (PackagedProduct gateway = gateway()) {
      gateway.awaitLine(line -> line.contains("running; console"), START);
      var ready = PackagedProduct.get(healthPort, "/health/ready");
      assertEquals(200, ready.statusCode());
      assertEquals("degraded", new JsonObject(ready.body()).getString("status"), ready::body);
      broker.restart();
      try (TestingListener listener = TestingListener.on(broker.port())) {
        listener.awaitAll(heard -> DemoTopics.each(1, heard), START, "topics");
      }
    }
  }

  @Test
  void registerSetByHandAppearsWithinOnePollAnd200Milliseconds() throws Exception {
    try (TestingListener listener = TestingListener.on(broker.port());
        PackagedProduct gateway = gateway()) {
      listener.await(message -> message.topic().equals(HEALTH), START, "start " + gateway.pid());
      for (int raw = 45_000; raw < 45_005; raw++) {
        double value = raw / 500.0;
        site.pin(BatterySite.TINYBMS_UNIT, 45, raw).await();
        long set = System.nanoTime();
        Heard heard =
            listener.await(
                message -> message.topic().equals(HEALTH) && value(message) == value,
                Duration.ofSeconds(5),
                "state of health " + value);
        long millis = (heard.nanos() - set) / 1_000_000;
        System.out.println("change heard after " + millis + " ms");
        assertTrue(millis <= 1200, "change heard after " + millis + " ms");
      }
    }
  }

  private static double value(Heard message) {
    return new JsonObject(message.payload()).getDouble("value");
  }

  // Both directions: sign of current, power and the battery-emulator fields.
  @Test
  void powerIsPositiveWhileChargingAndNegativeWhileDischarging() throws Exception {
    try (TestingListener listener = TestingListener.on(broker.port());
        PackagedProduct gateway = gateway()) {
      for (double ampere : new double[] {20, -20}) {
        site.fixCurrent(ampere).await();
        long since = System.nanoTime();
        listener.await(
            message ->
                message.nanos() > since
                    && message.topic().equals(DemoTopics.ROOT + "pack_power_w")
                    && Math.abs(value(message) - ampere * 53) < 60,
            START,
            "power at " + ampere + " A, " + gateway.pid());
        for (String topic : new String[] {"BE/info", "BE2/info"}) {
          listener.await(
              message ->
                  message.nanos() > since
                      && message.topic().equals(topic)
                      && Math.signum(field(message, "stat_batt_power")) == Math.signum(ampere)
                      && Math.abs(field(message, "battery_current") - ampere) < 3,
              START,
              topic + " at " + ampere + " A");
        }
      }
    }
  }

  private static double field(Heard message, String name) {
    return new JsonObject(message.payload()).getDouble(name, 0.0);
  }

  @Test
  void brokerThatWasAwayForTwentySecondsGetsValuesAgainWithinTheReconnectInterval()
      throws Exception {
    try (PackagedProduct gateway = gateway()) {
      try (TestingListener listener = TestingListener.on(broker.port())) {
        listener.await(message -> message.topic().equals(VOLTAGE), START, "first value");
      }
      broker.stop();
      assertTrue(gateway.staysAliveFor(Duration.ofSeconds(20)), gateway.output());
      broker.restart();
      long back = System.nanoTime();
      try (TestingListener listener = TestingListener.on(broker.port())) {
        Heard heard =
            listener.await(
                message -> message.topic().equals(VOLTAGE), START, "value after the outage");
        long millis = (heard.nanos() - back) / 1_000_000;
        System.out.println("publishing again after " + millis + " ms");
        assertTrue(millis <= 6000, "publishing again after " + millis + " ms");
        listener.await(
            message -> message.topic().equals("BE/status") && message.payload().equals("online"),
            Duration.ofSeconds(6),
            "online");
      }
    }
  }

  @Test
  void terminatedGatewayLeavesOfflineRetained() throws Exception {
    try (PackagedProduct gateway = gateway()) {
      try (TestingListener listener = TestingListener.on(broker.port())) {
        listener.await(message -> message.topic().equals("BE/info"), START, "BE/info");
      }
      long told = System.nanoTime();
      gateway.signal("TERM");
      gateway.awaitExit(STOP);
      System.out.println("stopped after " + (System.nanoTime() - told) / 1_000_000 + " ms");
      assertRetainedOffline();
    }
  }

  @Test
  void interruptedGatewayLeavesOfflineRetained() throws Exception {
    try (PackagedProduct gateway = gateway()) {
      gateway.awaitLine(line -> line.contains("running; console"), START);
      gateway.signal("INT");
      gateway.awaitExit(STOP);
      assertRetainedOffline();
    }
  }

  @Test
  void killedGatewayLeavesOfflineByItsWill() throws Exception {
    try (PackagedProduct gateway = gateway()) {
      try (TestingListener listener = TestingListener.on(broker.port())) {
        listener.await(message -> message.topic().equals("BE/info"), START, "BE/info");
        gateway.signal("KILL");
        listener.await(
            message -> message.topic().equals("BE/status") && message.payload().equals("offline"),
            STOP,
            "will");
      }
      assertRetainedOffline();
    }
  }

  private void assertRetainedOffline() throws Exception {
    try (TestingListener fresh = TestingListener.on(broker.port())) {
      for (String topic : new String[] {"BE/status", "BE2/status"}) {
        Heard status = fresh.await(m -> m.topic().equals(topic), STOP, topic);
        assertEquals("offline", status.payload());
        assertTrue(status.retained());
      }
    }
  }

  @Test
  void deviceThatIsAwayIsNamedAndLeavesTheProcessReady() throws Exception {
    try (PackagedProduct gateway = gateway()) {
      gateway.awaitLine(line -> line.contains("running; console"), START);
      gateway.awaitLine(line -> line.contains("link=bms connected"), START);
      assertEquals(200, PackagedProduct.get(healthPort, "/health/started").statusCode());
      assertEquals(200, PackagedProduct.get(healthPort, "/health/live").statusCode());
      assertTrue(
          PackagedProduct.get(healthPort, "/metrics").body().contains("voltbus_polls_total{"));
      site.packServer().stop().await();
      site.packServer().dropConnections();
      gateway.awaitLine(line -> line.contains("link=bms cannot connect"), START);
      JsonObject body = awaitDown("device bms-1");
      assertEquals("degraded", body.getString("status"));
      assertTrue(
          body.encode().contains("\"part\":\"device byd-1\",\"status\":\"up\""), body.encode());
    }
  }

  /// Asks again until the part is down; each time the process must be ready.
  private JsonObject awaitDown(String part) throws IOException, InterruptedException {
    long end = System.nanoTime() + START.toNanos();
    String down = "\"part\":\"" + part + "\",\"status\":\"down\"";
    while (true) {
      var ready = PackagedProduct.get(healthPort, "/health/ready");
      assertEquals(200, ready.statusCode());
      if (ready.body().contains(down)) {
        return new JsonObject(ready.body());
      }
      assertTrue(System.nanoTime() - end < 0, ready.body());
    }
  }

  @Test
  void portThatIsTakenIsRefusedByName() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        PackagedProduct gateway =
            PackagedProduct.start(
                environment(),
                "run",
                "--site=" + PackagedProduct.HOME.resolve("config/sites/demo.yaml"),
                "--http-port=" + taken.getLocalPort(),
                "--health-port=" + healthPort)) {
      assertEquals(1, gateway.awaitExit(START));
      assertEquals(
          "port "
              + taken.getLocalPort()
              + " on 127.0.0.1 is taken; choose another one with --http-port",
          gateway.output());
    }
  }

  private PackagedProduct gateway() throws IOException {
    return PackagedProduct.start(
        environment(),
        "run",
        "--site=" + PackagedProduct.HOME.resolve("config/sites/demo.yaml"),
        "--http-port=" + PackagedProduct.freePort(),
        "--health-port=" + healthPort);
  }

  private Map<String, String> environment() {
    return Map.of(
        "MQTT_PORT", Integer.toString(broker.port()),
        "MODBUS_PORT", Integer.toString(site.packServer().port()),
        "MODBUS_PORT_2", Integer.toString(site.towerServer().port()));
  }
}
