package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Packets between the gateway and its broker are lost without any error, as behind a cut cable.
@Timeout(180)
class HalfOpenIT {
  private static final int KEEP_ALIVE_SECONDS = 6;
  private static final Duration LIMIT = Duration.ofSeconds(40);
  private static final List<String> PUBLICATIONS = List.of("busy", "quiet");

  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
  @TempDir private Path folder;
  private RoutedNetwork network;
  private Process broker;
  private Process subscriber;

  @BeforeEach
  void start() throws Exception {
    TestingMosquitto.require();
    network = RoutedNetwork.create();
    Path config =
        Files.writeString(
            folder.resolve("mosquitto.conf"),
            "listener 1883 " + RoutedNetwork.FAR_ADDRESS + "\nallow_anonymous true\nuser root\n");
    broker = RoutedNetwork.startIn(network.far(), "/usr/sbin/mosquitto", "-c", config.toString());
    awaitLine(broker, "running");
    subscriber =
        RoutedNetwork.startIn(
            network.far(), "mosquitto_sub", "-h", RoutedNetwork.FAR_ADDRESS, "-t", "#", "-v");
    Thread.ofPlatform().daemon().start(this::read);
  }

  private static void awaitLine(Process process, String part) throws IOException {
    BufferedReader from = process.inputReader(StandardCharsets.UTF_8);
    String line = from.readLine();
    while (line != null && !line.contains(part)) {
      line = from.readLine();
    }
    assertTrue(line != null, "ended without `" + part + "`");
  }

  private void read() {
    subscriber.inputReader(StandardCharsets.UTF_8).lines().forEach(heard::add);
  }

  @AfterEach
  void stop() throws Exception {
    for (Process process : new Process[] {subscriber, broker}) {
      if (process != null) {
        process.destroy();
        process.waitFor(10, TimeUnit.SECONDS);
      }
    }
    if (network != null) {
      network.close();
    }
  }

  private Path site() throws IOException {
    return Files.writeString(
        folder.resolve("site.yaml"),
        """
        site: cable
        links:
          bms: { url: "tcp://127.0.0.1:5020" }
          nobody: { url: "tcp://127.0.0.1:5021" }
        devices:
          bms-1: { type: tinybms, link: bms, poll: { live: 200ms } }
          bms-2: { type: tinybms, link: nobody }
        brokers:
          far:
            uri: mqtt://%s
            keepalive-seconds: %d
            reconnect-interval-ms: 500
        publications:
          busy:
            contract: tinybms
            broker: far
            devices: [bms-1]
            default-qos: 0
            overrides: { battery_pack_voltage: { report: every } }
          quiet: { contract: tinybms, broker: far, devices: [bms-2], prefix: quiet }
        """
            .formatted(RoutedNetwork.FAR_ADDRESS, KEEP_ALIVE_SECONDS));
  }

  // TCP alone would notice after a quarter of an hour, and QoS 0 traffic hides it from pings that
  // are due only when nothing is sent.
  @Test
  void lostPacketsAreNoticedWithinOneAndAHalfKeepAlives() throws Exception {
    try (PackagedProduct pack =
        PackagedProduct.startIn(
            network.near(), "simulate", "--listen=tcp://127.0.0.1:5020", "--device=tinybms")) {
      pack.awaitLine(line -> line.contains("5020"), LIMIT);
      try (PackagedProduct gateway =
          PackagedProduct.startIn(network.near(), "run", "--site=" + site())) {
        await("victron/tinybms/battery_pack_voltage");
        gateway.awaitLine(said -> said.contains("publication=quiet connected"), LIMIT);
        network.cut();
        long cut = System.nanoTime();
        for (String publication : PUBLICATIONS) {
          String line = gateway.awaitLine(said -> isLoss(said, publication), LIMIT);
          long millis = (System.nanoTime() - cut) / 1_000_000;
          System.out.println(publication + " found after " + millis + " ms: " + line);
          assertTrue(
              millis <= KEEP_ALIVE_SECONDS * 1500, publication + " found after " + millis + " ms");
        }
        heard.clear();
        network.heal();
        await("victron/tinybms/battery_pack_voltage");
      }
    }
  }

  private static boolean isLoss(String line, String publication) {
    return line.contains("publication=" + publication) && line.contains("no answer");
  }

  private void await(String beginning) throws InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (true) {
      String line = heard.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      assertTrue(line != null, "not heard within " + LIMIT + ": " + beginning);
      if (line.startsWith(beginning)) {
        return;
      }
    }
  }
}
