package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.deploy.TestingListener.Heard;
import dev.voltbus.simulator.LoadSite;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A device whose 100 values change every 100 ms, the packaged gateway that publishes each with QoS
/// 1 and loses none, a recording cable, mosquitto, and mosquitto_sub behind it.
final class OutageScene implements AutoCloseable {
  /// Of the outage, 15 s unless `-Dvoltbus.outage.seconds=600` says otherwise.
  static final Duration TIME = Duration.ofSeconds(Long.getLong("voltbus.outage.seconds", 15));

  static final String PREFIX = "load/d0/";
  private static final int REGISTERS = 100;
  private static final Duration LIMIT = Duration.ofSeconds(180);
  private static final int SOME = 1_000;
  private static final Pattern WAITING =
      Pattern.compile("(?m)^voltbus_mqtt_outbox_records\\{[^}]*} ([0-9.E+]+)$");

  private final Vertx vertx = Vertx.vertx();
  private final Path folder;
  private final int healthPort = PackagedProduct.freePort();
  private final TestingMosquitto broker;
  private final RecordingProxy cable;
  private final TestingListener listener;
  private long outageBegan;

  OutageScene(Path folder) throws Exception {
    this.folder = folder;
    this.broker = TestingMosquitto.keeping(Files.createDirectories(folder.resolve("broker")));
    this.cable = new RecordingProxy(vertx, broker.port());
    cable.mend();
    LoadSite devices = new LoadSite(1, REGISTERS);
    vertx.deployVerticle(devices).await();
    write(devices.ports().getFirst());
    this.listener = TestingListener.on(broker.port()).subscribed();
  }

  private void write(int modbus) throws IOException {
    writeConfig(folder, "100ms", REGISTERS);
    Files.writeString(
        folder.resolve("site.yaml"),
        """
        site: load
        links:
          load: { url: "tcp://127.0.0.1:%d" }
        devices:
          d0: { type: load, link: load }
        brokers:
          local: { uri: "mqtt://127.0.0.1:%d", default-qos: 1, reconnect-interval-ms: 500 }
        publications:
          values: { contract: tinybms, broker: local, devices: [d0], prefix: load/d0 }
        """
            .formatted(modbus, cable.port()));
  }

  /// A configuration folder with a device type `load` of plain registers.
  static void writeConfig(Path folder, String period, int registers) throws IOException {
    Path shipped = PackagedProduct.HOME.resolve("config");
    ConfigFolder.copy(shipped.resolve("schema"), folder.resolve("schema"));
    ConfigFolder.copy(shipped.resolve("contracts"), folder.resolve("contracts"));
    Files.createDirectories(folder.resolve("devices"));
    StringBuilder device = new StringBuilder("device: load\ndescription: load\nsource: test\n");
    device.append("unit: 1\ngroups:\n  live: { period: %s }\nregisters:\n".formatted(period));
    for (int i = 0; i < registers; i++) {
      device.append(
          "  - { address: %d, key: r%d, type: u16, scale: 0.1, group: live }%n".formatted(i, i));
    }
    Files.writeString(folder.resolve("devices/load.yaml"), device);
  }

  RecordingProxy cable() {
    return cable;
  }

  TestingMosquitto broker() {
    return broker;
  }

  TestingListener listener() {
    return listener;
  }

  PackagedProduct gateway() throws Exception {
    return PackagedProduct.start(
        Map.of(),
        "run",
        "--site=" + folder.resolve("site.yaml"),
        "--config=" + folder,
        "--state=" + Files.createDirectories(folder.resolve("state")),
        "--health-port=" + healthPort,
        "--http-port=" + PackagedProduct.freePort());
  }

  void outageBegins() {
    outageBegan = System.nanoTime();
  }

  /// How long it has lasted.
  double outageSeconds() {
    return (System.nanoTime() - outageBegan) / 1e9;
  }

  /// Waits until values flow.
  void awaitFlow(PackagedProduct gateway) throws InterruptedException {
    awaitTrue(gateway, () -> cable.acknowledgements() >= SOME, "no values flow");
  }

  /// A third of the outage with a running gateway, from when it stores more than before.
  ///
  /// @return everything in its outbox then
  Set<Message> aThird(PackagedProduct gateway) throws Exception {
    int before = stored().size();
    awaitTrue(gateway, () -> waiting() > before, "nothing is stored");
    assertTrue(gateway.staysAliveFor(TIME.dividedBy(3)), gateway.output());
    return stored();
  }

  /// The same, and kill -9.
  Set<Message> aThirdAndKill(PackagedProduct gateway) throws Exception {
    aThird(gateway);
    gateway.signal("KILL");
    gateway.awaitExit(LIMIT);
    return stored();
  }

  private Set<Message> stored() throws IOException {
    Path outbox = folder.resolve("state/outbox/load/values");
    return Files.isDirectory(outbox) ? OutboxFolder.read(outbox) : Set.of();
  }

  /// What the metrics say, or -1 while the process has none yet.
  private long waiting() {
    try {
      Matcher line = WAITING.matcher(PackagedProduct.get(healthPort, "/metrics").body());
      return line.find() ? Math.round(Double.parseDouble(line.group(1))) : -1;
    } catch (IOException notThere) {
      return -1;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Waits until the subscriber has heard all of them.
  ///
  /// @return seconds that took
  double awaitHeard(PackagedProduct gateway, Set<Message> wanted) {
    Set<Message> open = new HashSet<>(wanted);
    int seen = 0;
    long begin = System.nanoTime();
    long end = begin + LIMIT.plus(TIME.multipliedBy(2)).toNanos();
    while (!open.isEmpty()) {
      assertTrue(
          System.nanoTime() < end,
          () ->
              open.size()
                  + " not heard, such as "
                  + open.iterator().next()
                  + "\n"
                  + gateway.output());
      List<Heard> fresh = listener.since(seen);
      seen += fresh.size();
      fresh.forEach(heard -> open.remove(new Message(heard.topic(), heard.payload())));
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
    return (System.nanoTime() - begin) / 1e9;
  }

  /// What the subscriber heard so far.
  List<Message> heard() {
    return listener.heard().stream()
        .filter(heard -> heard.topic().startsWith(PREFIX))
        .map(heard -> new Message(heard.topic(), heard.payload()))
        .toList();
  }

  static void awaitTrue(PackagedProduct gateway, BooleanSupplier isSo, String complaint) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!isSo.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, () -> complaint + "\n" + gateway.output());
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
  }

  @Override
  public void close() {
    listener.close();
    vertx.close().await();
    broker.close();
  }
}
