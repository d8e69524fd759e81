package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.simulator.LoadSite;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A hundred devices with a hundred registers each second, all roles in one process, every value
/// published to mosquitto. Twenty seconds here; five minutes with `-Dvoltbus.load.seconds=300`.
final class LoadIT {
  private static final int DEVICES = 100;
  private static final int REGISTERS = 100;
  private static final Duration LENGTH = Duration.ofSeconds(Long.getLong("voltbus.load.seconds", 20));
  private static final Duration WARM_UP = Duration.ofSeconds(5);
  private static final double LEAST_SHARE = 0.98;

  @TempDir private Path folder;
  private final Vertx vertx = Vertx.vertx();
  private final LoadSite devices = new LoadSite(DEVICES, REGISTERS);

  /// Figures of one moment.
  private record Reading(long nanos, Duration cpu, Figures figures, List<Long> requests) {
    double since(Reading before, String name) {
      return figures.sum(name) - before.figures.sum(name);
    }

    double secondsSince(Reading before) {
      return (nanos - before.nanos) / 1e9;
    }
  }

  @Test
  @Timeout(value = 20, unit = TimeUnit.MINUTES)
  void aHundredDevicesWithAHundredRegistersMissNoPoll() throws Exception {
    List<Integer> ports = PackagedProduct.freePorts(2);
    try (TestingMosquitto mosquitto = TestingMosquitto.start(folder)) {
      var _ = vertx.deployVerticle(devices).await();
      Path site = LoadFiles.write(folder, devices.ports(), REGISTERS, mosquitto.port());
      Witness witness = Witness.of(vertx, mosquitto.port());
      try (PackagedProduct run =
          PackagedProduct.start(
              "run",
              "--site=" + site,
              "--config=" + folder,
              "--http-port=" + ports.get(0),
              "--health-port=" + ports.get(1))) {
        run.awaitLine("running; console");
        pause(WARM_UP);
        Reading before = read(run, ports.get(1));
        pause(LENGTH);
        Reading after = read(run, ports.get(1));
        report(run, before, after, witness);
        judge(run, before, after, witness);
      }
    } finally {
      vertx.close().await();
    }
  }

  private void pause(Duration time) {
    vertx.timer(time.toMillis(), TimeUnit.MILLISECONDS).await();
  }

  private Reading read(PackagedProduct run, int port) throws IOException, InterruptedException {
    Figures figures = Figures.of(PackagedProduct.get(port, "/metrics").body());
    List<Long> requests =
        java.util.stream.IntStream.range(0, DEVICES).mapToObj(devices::requests).toList();
    return new Reading(System.nanoTime(), run.cpu(), figures, requests);
  }

  private static void report(
      PackagedProduct run, Reading before, Reading after, Witness witness) throws IOException {
    double seconds = after.secondsSince(before);
    double cpuSeconds = after.cpu.minus(before.cpu).toNanos() / 1e9;
    System.out.printf(
        "load: %d devices x %d registers for %.1f s: CPU %.1f %% of one core, RSS peak %d MB,"
            + " polls %.0f, missed %.0f, failed %.0f, published %.0f, publish failures %.0f;"
            + " witness heard %d values, %d gaps%n",
        DEVICES,
        REGISTERS,
        seconds,
        100 * cpuSeconds / seconds,
        peakMegabytes(run.pid()),
        after.since(before, "voltbus_polls_total"),
        after.since(before, "voltbus_polls_missed_total"),
        after.since(before, "voltbus_polls_failed_total"),
        after.since(before, "voltbus_mqtt_published_total"),
        after.since(before, "voltbus_mqtt_publish_failures_total"),
        witness.values.get(),
        witness.gaps.get());
  }

  /// Largest resident set so far as Linux counts it, 0 elsewhere.
  private static long peakMegabytes(long pid) throws IOException {
    Path status = Path.of("/proc/" + pid + "/status");
    if (!Files.isReadable(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElse(0);
  }

  private static void judge(PackagedProduct run, Reading before, Reading after, Witness witness) {
    assertEquals(0, after.figures.sum("voltbus_polls_missed_total"), run::output);
    assertEquals(0, after.figures.sum("voltbus_polls_failed_total"), run::output);
    assertEquals(0, after.figures.sum("voltbus_mqtt_publish_failures_total"), run::output);
    long due = (long) after.secondsSince(before);
    for (int i = 0; i < DEVICES; i++) {
      long asked = after.requests.get(i) - before.requests.get(i);
      int device = i;
      assertTrue(
          asked >= due && asked <= due + 2,
          () -> "device " + device + " was asked " + asked + " times in " + due + " s");
    }
    double values = after.since(before, "voltbus_mqtt_published_total");
    assertTrue(values >= LEAST_SHARE * DEVICES * REGISTERS * due, values + " values published");
    assertTrue(witness.values.get() >= due, witness.values + " values heard");
    assertEquals(0, witness.gaps.get(), "values of the last device that the witness did not hear");
  }

  /// Follows one register of the last device: its value counts the polls, so a gap is a lost one.
  private static final class Witness {
    private final AtomicLong values = new AtomicLong();
    private final AtomicLong gaps = new AtomicLong();
    private long last = -1;

    static Witness of(Vertx vertx, int port) {
      Witness witness = new Witness();
      MqttClient client = MqttClient.create(vertx);
      client.publishHandler(witness::take);
      Promise<Void> subscribed = Promise.promise();
      client.subscribeCompletionHandler(answer -> subscribed.complete());
      Future<?> ready =
          client
              .connect(port, Ports.HOST)
              .compose(accepted -> client.subscribe(LoadFiles.topic(DEVICES - 1, 0), 0))
              .compose(sent -> subscribed.future());
      var _ = ready.await();
      return witness;
    }

    private void take(MqttPublishMessage message) {
      Buffer payload = message.payload();
      long value = new JsonObject(payload).getLong("value");
      values.incrementAndGet();
      if (last >= 0 && value != last + 1) {
        gaps.incrementAndGet();
      }
      last = value;
    }
  }
}
