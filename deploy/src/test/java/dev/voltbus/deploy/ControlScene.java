package dev.voltbus.deploy;

import dev.voltbus.deploy.TestingListener.Heard;
import dev.voltbus.simulator.BatterySite;
import dev.voltbus.simulator.ModbusServer.Write;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/// A pack whose inverter obeys limits, the packaged gateway in one process or in two, mosquitto,
/// and somebody who watches the inverter's registers.
final class ControlScene implements AutoCloseable {
  static final String RESULT = "BE/command/result";
  private static final String LINE = "link/bms";
  private static final String CONNECTED = "link=bms connected";
  private static final String COMMANDS = "\"part\":\"publication BE commands\"";
  private static final String UP = ",\"status\":\"up\"";
  static final Duration START = Duration.ofSeconds(60);
  static final Duration SOON = Duration.ofSeconds(15);

  private final Vertx vertx = Vertx.vertx();
  private final BatterySite site = new BatterySite(0, 0);
  private final TestingMosquitto broker;
  private final List<PackagedProduct> nodes = new ArrayList<>();
  private final Path folder;
  private final List<String> options = new ArrayList<>();
  private final List<PackagedProduct> everStarted = new ArrayList<>();
  private final Map<PackagedProduct, Integer> healthPorts = new HashMap<>();
  final TestingListener listener;
  final LimitWatch watch;

  /// @param hasTimer whether the gateway is told of the inverter's own timer
  ControlScene(Path folder, boolean hasTimer) throws Exception {
    this.folder = folder;
    this.broker = TestingMosquitto.start();
    vertx.deployVerticle(site).await();
    Files.writeString(folder.resolve("site.yaml"), siteFile(hasTimer));
    this.listener = TestingListener.on(broker.port()).subscribed();
    this.watch = new LimitWatch(site.packServer().port());
  }

  /// One more line for the battery in the site file.
  ControlScene with(String line) throws IOException {
    Path file = folder.resolve("site.yaml");
    Files.writeString(file, Files.readString(file) + "      " + line + "\n");
    return this;
  }

  /// Another folder with device files.
  ControlScene with(Path config) {
    options.add("--config=" + config);
    return this;
  }

  private String siteFile(boolean hasTimer) {
    return """
    site: control-%d
    links:
      bms: { url: "tcp://127.0.0.1:%d", reconnect-min: 100ms, reconnect-max: 1s }
    devices:
      bms-1: { type: tinybms, link: bms, unit: 170 }
      inverter-1: { type: inverter, link: bms, unit: 1 }
    brokers:
      local: { uri: "mqtt://127.0.0.1:%d", reconnect-interval-ms: 500 }
    publications:
      BE: { contract: battery-emulator, broker: local, devices: [bms-1], prefix: BE, interval: 1s }
    control:
      batteries:
        bms-1:
          charge: { device: inverter-1, register: charge_limit_a, base: 100, most: 120, safe: 20 }
          discharge: { device: inverter-1, register: discharge_limit_a, base: 100, most: 140, safe: 20 }
          current: { register: battery_pack_current }
          stop-within: 3s
    %s\
    """
        .formatted(
            ProcessHandle.current().pid(),
            site.packServer().port(),
            broker.port(),
            hasTimer ? "      timer: { device: inverter-1, register: revert_timer_s }\n" : "");
  }

  BatterySite devices() {
    return site;
  }

  int brokerPort() {
    return broker.port();
  }

  // ---- processes

  /// The whole gateway in one process.
  PackagedProduct gateway() throws Exception {
    return started("--state=" + folder.resolve("state"));
  }

  /// Some roles, in a cluster.
  PackagedProduct node(String roles) throws Exception {
    return node(roles, "");
  }

  /// One more node with roles that another one has, too.
  ///
  /// @param name of its state folder
  PackagedProduct node(String roles, String name) throws Exception {
    PackagedProduct node =
        started(
            "--roles=" + roles, "--cluster", "--state=" + folder.resolve("state-" + roles + name));
    if (roles.contains("acquisition")) {
      awaitOwner();
    }
    return node;
  }

  /// A node with roles that another one has, which may or may not take something over soon.
  PackagedProduct standby(String roles, String name) throws Exception {
    PackagedProduct node =
        starting(
            "--roles=" + roles, "--cluster", "--state=" + folder.resolve("state-" + roles + name));
    node.awaitLine(line -> line.contains("running; console"), START);
    return node;
  }

  /// Waits until a node knows so many others that keep the control state.
  void awaitKeepers(PackagedProduct node, int others) throws Exception {
    String wanted = " " + others + ".0";
    long end = System.nanoTime() + SOON.toNanos();
    while (PackagedProduct.get(healthPorts.get(node), "/metrics")
        .body()
        .lines()
        .noneMatch(line -> line.startsWith("voltbus_control_keepers") && line.endsWith(wanted))) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not " + others + " keepers\n" + account());
      }
    }
  }

  /// The lease of a dead owner has to end before the next one has the line, which then connects.
  private void awaitOwner() {
    long end = System.nanoTime() + SOON.toNanos();
    while (!hasLine(owner())) {
      if (System.nanoTime() > end) {
        throw new AssertionError("nobody has the line\n" + account());
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  private static boolean hasLine(PackagedProduct node) {
    return LeaseLog.token(node, LINE).isPresent() && node.output().contains(CONNECTED);
  }

  /// The node whose token for the line is the highest.
  PackagedProduct owner() {
    return Collections.max(
        nodes, Comparator.comparingLong(node -> LeaseLog.token(node, LINE).orElse(0L)));
  }

  /// One that has begun to start.
  PackagedProduct starting(String... more) throws IOException {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("run", "--site=" + folder.resolve("site.yaml")));
    arguments.add("--http-port=" + PackagedProduct.freePort());
    int health = PackagedProduct.freePort();
    arguments.add("--health-port=" + health);
    arguments.addAll(options);
    arguments.addAll(List.of(more));
    PackagedProduct node = PackagedProduct.start(Map.of(), arguments.toArray(String[]::new));
    nodes.add(node);
    everStarted.add(node);
    healthPorts.put(node, health);
    return node;
  }

  private PackagedProduct started(String... more) throws Exception {
    PackagedProduct node = starting(more);
    node.awaitLine(line -> line.contains("running; console"), START);
    awaitCommands(node);
    return node;
  }

  /// A command that comes before the subscription is no command: nobody hears it.
  void awaitCommands(PackagedProduct node) throws Exception {
    if (!node.output().matches("(?s).*site [^:]+: [a-z, ]*mqtt.*")) {
      return;
    }
    long end = System.nanoTime() + SOON.toNanos();
    String health = PackagedProduct.get(healthPorts.get(node), "/health/live").body();
    while (!health.contains(COMMANDS + UP)) {
      if (System.nanoTime() > end) {
        throw new AssertionError("no commands are heard: " + health + "\n" + node.output());
      }
      health = PackagedProduct.get(healthPorts.get(node), "/health/live").body();
    }
  }

  void kill(PackagedProduct node) throws Exception {
    node.signal("KILL");
    node.awaitExit(SOON);
    nodes.remove(node);
  }

  /// What everybody says of it, to find out why something went wrong: the newest writes to the
  /// inverter, and the log of each process, also of those that are dead.
  String account() {
    StringBuilder text = new StringBuilder("writes to the inverter, by seconds from now:\n");
    long now = System.nanoTime();
    List<Write> writes = site.packServer().writes();
    for (Write write : writes.subList(Math.max(0, writes.size() - 30), writes.size())) {
      text.append("  %.3f %s%n".formatted((write.nanos() - now) / 1e9, write));
    }
    text.append("now ").append(Instant.now()).append('\n');
    for (PackagedProduct node :
        everStarted.subList(Math.max(0, everStarted.size() - 4), everStarted.size())) {
      text.append("---- process ").append(node.pid()).append('\n');
      text.append(node.output()).append('\n');
    }
    return text.toString();
  }

  Path state() {
    return folder.resolve("state");
  }

  // ---- commands and what becomes of them

  /// Sends a command and waits for its first result.
  JsonObject send(String command, String payload) throws Exception {
    int before = listener.heard().size();
    listener.publish("BE/command/" + command, payload);
    return result(before, "accepted", "refused");
  }

  /// The first result behind a number of messages that has one of these states.
  JsonObject result(int from, String... states) throws Exception {
    List<String> wanted = List.of(states);
    listener.awaitAll(
        heard -> heard.stream().skip(from).anyMatch(each -> isResult(each, wanted)),
        SOON,
        "result " + wanted);
    return listener.since(from).stream()
        .filter(each -> isResult(each, wanted))
        .findFirst()
        .map(Heard::json)
        .orElseThrow();
  }

  private static boolean isResult(Heard heard, List<String> states) {
    return heard.topic().equals(RESULT) && states.contains(heard.json().getString("status"));
  }

  /// Sends a limit and waits until the inverter has it.
  ///
  /// @return wall time of its end
  long limit(double charge, double discharge, int seconds) throws Exception {
    int before = watch.count();
    JsonObject result =
        send(
            "SET_LIMITS",
            "{\"max_charge\":%s,\"max_discharge\":%s,\"timeout\":%d}"
                .formatted(charge, discharge, seconds));
    if (!"accepted".equals(result.getString("status"))) {
      throw new AssertionError("not accepted: " + result);
    }
    watch.await(Math.max(0, before - 1), seen -> seen.has(charge, discharge), SOON);
    return Instant.parse(result.getString("expires_at")).toEpochMilli();
  }

  /// The registers are at the base and verified.
  void awaitBase() throws Exception {
    limits(100, 100);
  }

  /// The registers have these limits now, or soon.
  void limits(double charge, double discharge) throws Exception {
    watch.await(Math.max(0, watch.count() - 1), seen -> seen.has(charge, discharge), SOON);
  }

  /// Writes to the inverter's two limits so far.
  List<Write> limitWrites() {
    return site.packServer().writes().stream()
        .filter(write -> write.unit() == BatterySite.INVERTER_UNIT && write.address() < 2)
        .toList();
  }

  /// The first control state behind a number of messages that fits.
  JsonObject awaitControl(int from, Predicate<JsonObject> fits) throws Exception {
    Predicate<Heard> wanted =
        heard ->
            heard.topic().equals("BE/control")
                && !heard.payload().isEmpty()
                && fits.test(heard.json());
    listener.awaitAll(heard -> heard.stream().skip(from).anyMatch(wanted), SOON, "control state");
    return listener.since(from).stream().filter(wanted).findFirst().map(Heard::json).orElseThrow();
  }

  void awaitMode(int from, String mode) throws Exception {
    awaitControl(from, state -> mode.equals(state.getString("mode")));
  }

  /// The first telemetry behind a number of messages.
  Heard telemetry(int from) throws Exception {
    Predicate<Heard> wanted = heard -> heard.topic().equals("BE/info");
    listener.awaitAll(heard -> heard.stream().skip(from).anyMatch(wanted), SOON, "telemetry");
    return listener.since(from).stream().filter(wanted).findFirst().orElseThrow();
  }

  /// Waits for a moment of the wall clock.
  void awaitWall(long millis) {
    while (System.currentTimeMillis() < millis) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis - System.currentTimeMillis()));
    }
  }

  @Override
  public void close() throws IOException {
    for (PackagedProduct node : List.copyOf(nodes)) {
      node.close();
    }
    watch.close();
    listener.close();
    vertx.close().await();
    broker.close();
  }
}
