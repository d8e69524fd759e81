package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.voltbus.contract.Address;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.SingleProcessLeases;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.Wiring;
import dev.voltbus.deploy.TestingListener.Heard;
import dev.voltbus.mqtt.MqttVerticle;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each folder of testcases/contracts is a site file, the values its devices give and messages
/// about the site, and every message that reaches the broker in its order, then what the broker
/// keeps. Between the values another client may ask for something. The contract and device files
/// are the delivered ones, the broker is mosquitto.
class ContractGoldenTest {
  private static final Path CONFIG = Path.of("config");
  private static final Path CASES = Path.of("src/test/resources/testcases/contracts");
  private static final ObjectMapper JSON = new ObjectMapper();

  /// The time since the gateway's start and the version of the build cannot be written down: they
  /// are `N`.
  private static final Pattern CHANGING =
      Pattern.compile("(\"millis\":\"|\"emulator_uptime\":|\"software_version\":\")[0-9A-Za-z.-]+");

  private final Vertx vertx = Vertx.vertx();

  private static Stream<String> cases() throws IOException {
    try (Stream<Path> folders = Files.list(CASES)) {
      return folders.map(folder -> folder.getFileName().toString()).sorted().toList().stream();
    }
  }

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyMessageIsTheOneWrittenDown(String name) throws Exception {
    Path folder = CASES.resolve(name);
    List<String> expected = Files.readAllLines(folder.resolve("messages.txt"));
    String heard = played(folder, expected.indexOf("retained:"));
    if (Boolean.getBoolean("voltbus.accept")) {
      Files.writeString(folder.resolve("messages.txt"), heard + "\n");
      expected = heard.lines().toList();
    }
    assertEquals(String.join("\n", expected), heard, name);
  }

  /// @param count messages to wait for
  private String played(Path folder, int count) throws Exception {
    try (TestingMosquitto broker = TestingMosquitto.start();
        TestingListener listener = TestingListener.on(broker.port()).subscribed()) {
      JsonNode given = JSON.readTree(Files.readString(folder.resolve("values.json")));
      Site site =
          SiteFiles.load(
              folder.resolve("site.yaml"),
              CONFIG,
              Map.of("MQTT_PORT", Integer.toString(broker.port())),
              variable -> null);
      play(site, given, listener, count);
      String heard = text(counted(listener.all(), given)).collect(Collectors.joining("\n"));
      try (TestingListener late = TestingListener.on(broker.port()).subscribed()) {
        String retained = text(late.all()).sorted().collect(Collectors.joining("\n"));
        return (heard + "\nretained:\n" + retained).strip();
      }
    }
  }

  /// Without markers and without what comes again and again by itself.
  private static List<Heard> counted(List<Heard> heard, JsonNode given) {
    return heard.stream()
        .filter(message ->
            !message.isMarker()
                && !message.topic().equals(given.path("passed-over").asText("none")))
        .toList();
  }

  private static Stream<String> text(List<Heard> heard) {
    return heard.stream()
        .map(message ->
            "%s qos=%d %s"
                .formatted(
                    message.topic(),
                    message.qos(),
                    CHANGING.matcher(message.payload()).replaceAll("$1N"))
                .strip());
  }

  private void play(Site site, JsonNode given, TestingListener listener, int count)
      throws Exception {
    Bus bus = Bus.over(vertx);
    TimeSource time = new FixedWall(given.get("now").asLong());
    HealthBoard health = new HealthBoard();
    Wiring wiring =
        new Wiring(bus, new SingleProcessLeases(time), time, new PrometheusMetrics(), health);
    String deployed = vertx.deployVerticle(new MqttVerticle(site, wiring)).await();
    awaitConnected(health);
    await(listener, given, given.get("before-values").asInt());
    long sequence = 1;
    for (JsonNode poll : given.get("polls")) {
      if (poll.has("request")) {
        listener.publish(poll.get("request").asText(), poll.path("payload").asText());
        await(listener, given, poll.get("heard").asInt());
      } else {
        bus.publish(Address.snapshots(site.name()), snapshot(site, poll, sequence++));
      }
    }
    given.path("messages").forEach(report -> GivenReport.publish(bus, site.name(), report));
    await(listener, given, count - given.get("at-end").asInt());
    vertx.undeploy(deployed).await();
  }

  private static DeviceSnapshot snapshot(Site site, JsonNode poll, long sequence) {
    Map<String, Object> values =
        JSON.convertValue(poll.get("values"), new TypeReference<Map<String, Object>>() {});
    return GivenSnapshot.of(
        device(site, poll.get("device").asText()), values, sequence, poll.get("read-at").asLong());
  }

  private static void await(TestingListener listener, JsonNode given, int count)
      throws InterruptedException {
    listener.awaitAll(
        heard -> counted(heard, given).size() >= count,
        Duration.ofSeconds(15),
        count + " messages");
  }

  /// Each publication reports to health, at first that it is not connected yet.
  private static void awaitConnected(HealthBoard health) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
    while (!health.isWhole() || !health.describe().encode().contains("publication ")) {
      assertTrue(System.nanoTime() < end, () -> "not connected: " + health.describe());
      Thread.onSpinWait();
    }
  }

  private static Device device(Site site, String name) {
    return site.devices().stream().filter(d -> d.name().equals(name)).findFirst().orElseThrow();
  }

  /// Wall time stands still, so that what shows it is known.
  private record FixedWall(long wallMillis) implements TimeSource {
    @Override
    public long monotonicNanos() {
      return System.nanoTime();
    }
  }
}
