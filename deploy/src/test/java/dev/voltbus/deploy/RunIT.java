package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.deploy.TestingSubscriber.Heard;
import dev.voltbus.simulator.BatterySite;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `voltbus run` for the demo's site, between a real mosquitto and simulated batteries.
final class RunIT {
  private static final String SITE = PackagedProduct.HOME.resolve("config/sites/demo.yaml").toString();
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration RECONNECT = Duration.ofSeconds(5);
  private static final Duration OUTAGE = Duration.ofSeconds(20);
  private static final int STATE_OF_HEALTH = 45;
  private static final String HEALTH_TOPIC = SiteTopics.ROOT + "state_of_health";

  @TempDir private Path folder;
  private final Vertx vertx = Vertx.vertx();
  private final BatterySite batteries = new BatterySite(0, 0);
  private TestingMosquitto mosquitto;
  private int healthPort;

  @BeforeEach
  void startSurroundings() throws IOException {
    mosquitto = TestingMosquitto.start(folder);
    var _ = vertx.deployVerticle(batteries).await();
  }

  @AfterEach
  void stopSurroundings() {
    if (mosquitto != null) {
      mosquitto.close();
    }
    vertx.close().await();
  }

  private PackagedProduct run() throws IOException {
    List<Integer> ports = PackagedProduct.freePorts(2);
    healthPort = ports.get(1);
    return PackagedProduct.start(
        environment(),
        "run",
        "--site=" + SITE,
        "--http-port=" + ports.get(0),
        "--health-port=" + healthPort);
  }

  private Map<String, String> environment() {
    return Map.of(
        "MQTT_PORT", Integer.toString(mosquitto.port()),
        "MODBUS_PORT", Integer.toString(batteries.packServer().port()),
        "MODBUS_PORT_2", Integer.toString(batteries.towerServer().port()));
  }

  private TestingSubscriber subscriber() {
    return TestingSubscriber.on(vertx, mosquitto.port());
  }

  @Test
  void publishesWhatCheckAnnouncesThroughMosquitto() throws Exception {
    PayloadContract contract = PayloadContract.load();
    Set<String> announced = announced();
    assertTrue(announced.containsAll(SiteTopics.required()), announced::toString);
    try (TestingSubscriber subscriber = subscriber();
        PackagedProduct run = run()) {
      subscriber.await(
          "exactly " + announced, LIMIT, () -> subscriber.counts().keySet().equals(announced));
      SiteTopics.awaitMovement(subscriber, LIMIT);
      subscriber.all().forEach(contract::check);
      assertEquals(List.of(), run.standardOutput());
    }
  }

  /// The topics that `voltbus check` lists, without those that answer commands.
  private static Set<String> announced() throws IOException, InterruptedException {
    try (PackagedProduct check = PackagedProduct.start("check", "--site=" + SITE)) {
      assertEquals(0, check.awaitExit(LIMIT), check::output);
      Set<String> topics = new TreeSet<>();
      boolean listed = false;
      for (String line : check.standardOutput()) {
        listed = line.startsWith("  ") ? listed : line.startsWith("topics of ");
        if (listed && line.startsWith("  ") && !line.endsWith("/command/result")) {
          topics.add(line.strip());
        }
      }
      return topics;
    }
  }

  // Who watches the topic must learn that the bridge is gone, now and later.
  @Test
  void sigtermLeavesOfflineRetained() throws Exception {
    try (TestingSubscriber subscriber = subscriber();
        PackagedProduct run = run()) {
      var _ = subscriber.awaitLive("BE/info", LIMIT, any -> true);
      Duration took = run.end("TERM");
      System.out.println("run: ended by SIGTERM in " + took);
      assertEquals(143, run.awaitExit(Duration.ZERO), run::output);
      assertOffline();
    }
  }

  @Test
  void sigintLeavesOfflineRetained() throws Exception {
    try (TestingSubscriber subscriber = subscriber();
        PackagedProduct run = run()) {
      var _ = subscriber.awaitLive("BE/info", LIMIT, any -> true);
      System.out.println("run: ended by SIGINT in " + run.end("INT"));
      assertOffline();
    }
  }

  // Nobody can say goodbye after kill -9, so the broker must: that is the will.
  @Test
  void killedProcessLeavesOfflineByItsWill() throws Exception {
    try (TestingSubscriber subscriber = subscriber();
        PackagedProduct run = run()) {
      var _ = subscriber.awaitLive("BE/info", LIMIT, any -> true);
      run.signal("KILL");
      var _ =
          subscriber.awaitLive(
              "BE/status", PackagedProduct.STOP_LIMIT, heard -> heard.payload().equals("offline"));
      assertOffline();
    }
  }

  private void assertOffline() {
    try (TestingSubscriber late = subscriber()) {
      for (String topic : SiteTopics.STATUSES) {
        late.await(topic, PackagedProduct.STOP_LIMIT, () -> !late.on(topic).isEmpty());
        Heard status = late.on(topic).getFirst();
        assertEquals("offline", status.payload(), status::toString);
        assertTrue(status.isRetained(), status::toString);
      }
    }
  }

  @Test
  void aRegisterSetByHandAppearsWithinAPollAndAFifthOfASecond() throws Exception {
    Duration longest = POLL.plusMillis(200);
    try (TestingSubscriber subscriber = subscriber();
        PackagedProduct run = run()) {
      SiteTopics.awaitEach(subscriber, 1, LIMIT);
      StringBuilder took = new StringBuilder();
      for (int raw = 41_000; raw < 41_010; raw++) {
        Duration delay = appears(subscriber, raw);
        took.append(' ').append(delay.toMillis());
        assertTrue(delay.compareTo(longest) <= 0, () -> delay + "\n" + run.output());
      }
      System.out.println("run: ms from register to MQTT:" + took);
    }
  }

  private Duration appears(TestingSubscriber subscriber, int raw) {
    batteries.pin(BatterySite.TINYBMS_UNIT, STATE_OF_HEALTH, raw).await();
    long set = System.nanoTime();
    Heard heard =
        subscriber.awaitLive(HEALTH_TOPIC, LIMIT, seen -> seen.json().getInteger("raw") == raw);
    assertEquals(raw * 0.002, heard.number("value"), 1e-9, heard::toString);
    return Duration.ofNanos(heard.nanos() - set);
  }

  @Test
  void goesOnByItselfWhenTheBrokerIsBackAfterTwentySeconds() throws Exception {
    try (PackagedProduct run = run()) {
      try (TestingSubscriber before = subscriber()) {
        SiteTopics.awaitEach(before, 1, LIMIT);
      }
      mosquitto.stop();
      run.awaitLine("publication=BE no connection");
      vertx.timer(OUTAGE.toMillis(), TimeUnit.MILLISECONDS).await();
      assertTrue(run.isAlive(), run::output);
      JsonObject health = health();
      assertEquals("degraded", health.getString("status"), health::encode);
      assertTrue(down(health).contains("publication BE"), health::encode);
      long back = System.nanoTime();
      mosquitto.startAgain();
      Duration limit = RECONNECT.plusSeconds(1);
      try (TestingSubscriber after = subscriber()) {
        for (String topic : List.of(SiteTopics.CURRENT, "BE/status", "BE2/status")) {
          Heard first = after.awaitLive(topic, LIMIT, any -> true);
          Duration took = Duration.ofNanos(first.nanos() - back);
          System.out.println("run: " + topic + " " + took + " after the broker's start");
          assertTrue(took.compareTo(limit) <= 0, () -> took + "\n" + run.output());
        }
        SiteTopics.awaitEach(after, 1, Duration.ofSeconds(45));
      }
      assertTrue(run.isAlive(), run::output);
    }
  }

  // Restarting the process would not bring the device back, so it must not be asked for.
  @Test
  void aDeviceThatIsAwayIsNamedWhileTheProcessStaysReady() throws Exception {
    try (TestingSubscriber subscriber = subscriber();
        PackagedProduct run = run()) {
      SiteTopics.awaitEach(subscriber, 1, LIMIT);
      batteries.towerServer().stop().await();
      batteries.towerServer().dropConnections();
      run.awaitLine("device=byd-1 does not answer");
      JsonObject health = health();
      assertEquals("degraded", health.getString("status"), health::encode);
      assertEquals(Set.of("device byd-1", "link byd"), down(health), health::encode);
      int before = subscriber.live(SiteTopics.CURRENT).size();
      subscriber.await(
          "the other battery goes on",
          LIMIT,
          () -> subscriber.live(SiteTopics.CURRENT).size() > before + 1);
    }
  }

  /// The body of `/health/ready`, which must say ready.
  private JsonObject health() throws IOException, InterruptedException {
    var answer = PackagedProduct.get(healthPort, "/health/ready");
    assertEquals(200, answer.statusCode(), answer::body);
    return new JsonObject(answer.body());
  }

  /// Parts that are down; each has a reason.
  private static Set<String> down(JsonObject health) {
    Set<String> down = new TreeSet<>();
    JsonArray parts = health.getJsonArray("parts");
    for (int i = 0; i < parts.size(); i++) {
      JsonObject part = parts.getJsonObject(i);
      if (part.getString("status").equals("down")) {
        assertTrue(!part.getString("reason").isEmpty(), part::encode);
        down.add(part.getString("part"));
      }
    }
    return down;
  }

  // The process is of use without its surroundings: they may come up in any order.
  @Test
  void isReadyBeforeBrokerAndDevicesAreThere() throws Exception {
    mosquitto.stop();
    try (PackagedProduct run = run()) {
      run.awaitLine("running");
      assertEquals("degraded", health().getString("status"));
      mosquitto.startAgain();
      try (TestingSubscriber subscriber = subscriber()) {
        SiteTopics.awaitEach(subscriber, 1, LIMIT);
      }
    }
  }

  @Test
  void aTakenPortIsRefused() throws Exception {
    try (ServerSocket holder = new ServerSocket(0, 1, InetAddress.getByName(Ports.HOST))) {
      int taken = holder.getLocalPort();
      int free = PackagedProduct.freePorts(1).getFirst();
      for (String option : List.of("--http-port", "--health-port")) {
        String other = option.equals("--http-port") ? "--health-port" : "--http-port";
        try (PackagedProduct run =
            PackagedProduct.start(
                environment(),
                "run",
                "--site=" + SITE,
                option + "=" + taken,
                other + "=" + free)) {
          assertEquals(1, run.awaitExit(LIMIT), run::output);
          String expected =
              "port " + taken + " on 127.0.0.1 is taken; choose another one with " + option;
          assertTrue(run.output().endsWith(expected), run::output);
        }
      }
    }
  }
}
