package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// How the demo begins and ends.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DemoStartIT {
  private static final Duration FIRST_VALUE_LIMIT = Duration.ofSeconds(5);
  private static final Pattern BROKER = Pattern.compile("MQTT broker +127\\.0\\.0\\.1:([0-9]+)");

  private final Vertx vertx = Vertx.vertx();

  @AfterAll
  void closeVertx() {
    vertx.close().await();
  }

  private static PackagedProduct demo(List<Integer> ports) throws IOException {
    return PackagedProduct.start(
        "demo",
        "--mqtt-port=" + ports.get(0),
        "--http-port=" + ports.get(1),
        "--health-port=" + ports.get(2),
        "--modbus-port=" + ports.get(3));
  }

  @Test
  void publishesWithinFiveSecondsAndEndsWithinFiveOnCtrlC() throws Exception {
    List<Integer> ports = PackagedProduct.freePorts(4);
    try (PackagedProduct demo = demo(ports);
        TestingSubscriber subscriber = TestingSubscriber.on(vertx, ports.getFirst())) {
      var _ = subscriber.awaitLive(SiteTopics.CURRENT, Duration.ofSeconds(30), any -> true);
      Duration first = demo.sinceStart();
      Duration stop = demo.end("INT");
      System.out.println("demo: first value after " + first + ", ended by SIGINT in " + stop);
      assertTrue(first.compareTo(FIRST_VALUE_LIMIT) <= 0, first::toString);
      assertEquals(130, demo.awaitExit(Duration.ZERO), demo::output);
      assertEquals("offline", subscriber.on("BE/status").getLast().payload());
      assertEquals("offline", subscriber.on("BE2/status").getLast().payload());
    }
  }

  // The line a newcomer pastes.
  @Test
  void printsTenLinesWithASubscriptionThatWorks() throws Exception {
    List<Integer> ports = PackagedProduct.freePorts(4);
    try (PackagedProduct demo = demo(ports).awaitLine("Ctrl-C")) {
      List<String> lines = demo.standardOutput();
      assertEquals(10, lines.size(), demo::output);
      lines.forEach(line -> assertTrue(line.length() <= 100, line));
      for (int port : ports) {
        assertTrue(lines.stream().anyMatch(line -> line.contains(":" + port)), "port " + port);
      }
      String paste =
          lines.stream().filter(line -> line.contains("mosquitto_sub")).findFirst().orElseThrow();
      List<String> topics = listen(paste.substring(paste.indexOf("mosquitto_sub")));
      assertTrue(topics.stream().anyMatch(line -> line.startsWith("BE/status ")), topics::toString);
      assertTrue(
          topics.stream().anyMatch(line -> line.startsWith(SiteTopics.CURRENT + " {")),
          topics::toString);
    }
  }

  /// The first hundred messages a shell shows for the line.
  private static List<String> listen(String line) throws IOException, InterruptedException {
    TestingMosquitto.require("mosquitto_sub");
    Process shell =
        new ProcessBuilder("sh", "-c", line + " -C 100 -W 20").redirectErrorStream(true).start();
    List<String> heard = new ArrayList<>();
    try (BufferedReader output = shell.inputReader()) {
      output.lines().forEach(heard::add);
    }
    assertTrue(shell.waitFor(5, TimeUnit.SECONDS));
    return heard;
  }

  @Test
  void aTakenPortThatWasAskedForIsRefused() throws Exception {
    List<String> options =
        List.of("--mqtt-port", "--http-port", "--health-port", "--modbus-port");
    try (ServerSocket holder = new ServerSocket(0, 1, InetAddress.getByName(Ports.HOST))) {
      int taken = holder.getLocalPort();
      for (String option : options) {
        try (PackagedProduct demo = PackagedProduct.start("demo", option + "=" + taken)) {
          assertEquals(1, demo.awaitExit(Duration.ofSeconds(20)), demo::output);
          assertEquals(List.of(), demo.standardOutput());
          assertTrue(
              demo.output()
                  .contains(
                      "port "
                          + taken
                          + " on 127.0.0.1 is taken; choose another one with "
                          + option),
              demo::output);
        }
      }
    }
  }

  // Two demos side by side: the second one moves over and says where it is.
  @Test
  void usualPortsThatAreTakenGiveWay() throws Exception {
    try (PackagedProduct first = PackagedProduct.start("demo").awaitLine("Ctrl-C");
        PackagedProduct second = PackagedProduct.start("demo").awaitLine("Ctrl-C")) {
      int one = brokerPort(first);
      int other = brokerPort(second);
      assertTrue(one >= DemoCommand.MQTT_PORT && other > one, one + " and " + other);
      try (TestingSubscriber subscriber = TestingSubscriber.on(vertx, other)) {
        var _ = subscriber.awaitLive(SiteTopics.CURRENT, Duration.ofSeconds(20), any -> true);
      }
    }
  }

  private static int brokerPort(PackagedProduct demo) {
    Matcher matcher = BROKER.matcher(String.join("\n", demo.standardOutput()));
    assertTrue(matcher.find(), demo::output);
    return Integer.parseInt(matcher.group(1));
  }
}
