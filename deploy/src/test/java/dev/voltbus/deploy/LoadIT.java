package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.simulator.LoadSite;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// 100 devices with 100 registers each, every second, every value published: all roles in one
/// process. Runs for 20 s; `-Dvoltbus.load.seconds=300` for the long form.
@Timeout(900)
class LoadIT {
  private static final int DEVICES = 100;
  private static final int REGISTERS = 100;
  private static final Duration TIME = Duration.ofSeconds(Long.getLong("voltbus.load.seconds", 20));
  private static final Duration START = Duration.ofSeconds(60);
  private static final double TICKS_PER_SECOND = 100;

  @TempDir Path config;

  @Test
  void noPollIsMissed() throws Exception {
    Vertx vertx = Vertx.vertx();
    LoadSite site = new LoadSite(DEVICES, REGISTERS);
    int health = PackagedProduct.freePort();
    try (TestingMosquitto broker = TestingMosquitto.start()) {
      vertx.deployVerticle(site).await();
      write(site, broker.port());
      try (PackagedProduct gateway = gateway(health)) {
        gateway.awaitLine(line -> line.contains("link=load-99 connected"), START);
        measure(site, gateway, health);
      }
    } finally {
      vertx.close().await();
    }
  }

  private static void measure(LoadSite site, PackagedProduct gateway, int health) throws Exception {
    long[] before = IntStream.range(0, DEVICES).mapToLong(site::requests).toArray();
    long requests = requests(site);
    double published = published(health);
    double cpu = cpuSeconds(gateway.pid());
    long began = System.nanoTime();
    assertTrue(gateway.staysAliveFor(TIME), gateway.output());
    long polls = requests(site) - requests;
    double seconds = (System.nanoTime() - began) / 1e9;
    double sent = published(health) - published;
    String metrics = PackagedProduct.get(health, "/metrics").body();
    System.out.printf(
        "load: %d devices x %d registers for %.0f s: %d polls (%.1f/s), missed %.0f, failed %.0f,"
            + " published %.0f (%.0f/s), cpu %.1f %% of a core, peak memory %d MiB%n",
        DEVICES,
        REGISTERS,
        seconds,
        polls,
        polls / seconds,
        sum(metrics, "voltbus_polls_missed_total"),
        sum(metrics, "voltbus_polls_failed_total"),
        sent,
        sent / seconds,
        (cpuSeconds(gateway.pid()) - cpu) / seconds * 100,
        peakMemoryMib(gateway.pid()));
    assertEquals(0.0, sum(metrics, "voltbus_polls_missed_total"));
    assertEquals(0.0, sum(metrics, "voltbus_polls_failed_total"));
    assertTrue(polls >= DEVICES * ((long) seconds - 1), polls + " polls in " + seconds + " s");
    for (int i = 0; i < DEVICES; i++) {
      long asked = site.requests(i) - before[i];
      assertTrue(asked >= (long) seconds - 1, "device " + i + " was polled " + asked + " times");
    }
    assertTrue(
        sent >= (double) DEVICES * REGISTERS * ((long) seconds - 2), sent + " values published");
  }

  private static long requests(LoadSite site) {
    long all = 0;
    for (int i = 0; i < DEVICES; i++) {
      all += site.requests(i);
    }
    return all;
  }

  private static double published(int health) throws IOException, InterruptedException {
    return sum(PackagedProduct.get(health, "/metrics").body(), "voltbus_mqtt_published_total");
  }

  private static double sum(String metrics, String name) {
    Matcher line = Pattern.compile("(?m)^" + name + "\\{[^}]*} (\\S+)$").matcher(metrics);
    double all = 0;
    while (line.find()) {
      all += Double.parseDouble(line.group(1));
    }
    return all;
  }

  /// User and system time of a process (proc(5), stat fields 14 and 15).
  private static double cpuSeconds(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
  }

  private static long peakMemoryMib(long pid) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
      String peak = lines.filter(line -> line.startsWith("VmHWM:")).findFirst().orElseThrow();
      return Long.parseLong(peak.replaceAll("\\D", "")) / 1024;
    }
  }

  private PackagedProduct gateway(int health) throws IOException {
    return PackagedProduct.start(
        Map.of(),
        "run",
        "--site=" + config.resolve("site.yaml"),
        "--config=" + config,
        "--http-port=" + PackagedProduct.freePort(),
        "--health-port=" + health);
  }

  private void write(LoadSite site, int mqtt) throws IOException {
    Path shipped = PackagedProduct.HOME.resolve("config");
    ConfigFolder.copy(shipped.resolve("schema"), config.resolve("schema"));
    ConfigFolder.copy(shipped.resolve("contracts"), config.resolve("contracts"));
    Files.createDirectories(config.resolve("devices"));
    StringBuilder device = new StringBuilder("device: load\ndescription: load\nsource: test\n");
    device.append("unit: 1\ngroups:\n  live: { period: 1s }\nregisters:\n");
    for (int i = 0; i < REGISTERS; i++) {
      device.append(
          "  - { address: %d, key: r%d, type: u16, scale: 0.1, group: live }%n".formatted(i, i));
    }
    Files.writeString(config.resolve("devices/load.yaml"), device);
    Files.writeString(config.resolve("site.yaml"), site(site.ports(), mqtt));
  }

  /// Ten publications of ten devices would share suffixes, so each device has one of its own.
  private static String site(List<Integer> ports, int mqtt) {
    StringBuilder links = new StringBuilder();
    StringBuilder devices = new StringBuilder();
    StringBuilder publications = new StringBuilder();
    for (int i = 0; i < ports.size(); i++) {
      links.append("  load-%d: { url: 'tcp://127.0.0.1:%d' }%n".formatted(i, ports.get(i)));
      devices.append("  d%d: { type: load, link: load-%d }%n".formatted(i, i));
      publications.append(
          "  p%d: { contract: tinybms, broker: local, devices: [d%d], prefix: load/d%d }%n"
              .formatted(i, i, i));
    }
    return """
    site: load
    revision: 1
    brokers:
      local: { uri: 'mqtt://127.0.0.1', port: %d }
    links:
    %sdevices:
    %spublications:
    %s\
    """
        .formatted(mqtt, links, devices, publications);
  }
}
