package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Nodes with all roles in network namespaces of their own, which find each other by name as in
/// Kubernetes. Name service, mosquitto, its subscriber and the simulated devices are in one more:
/// the outside world. Each device has a link and a publication of its own.
final class FaultCluster {
  static final int LINKS = 20;
  private static final String NAME = "nodes.voltbus.test";
  private static final Path NAMES = Path.of("/usr/sbin/dnsmasq");
  private static final int FIRST_PORT = 5020;
  private static final int BROKER_PORT = 1883;
  private static final int VOLTAGE = 36;
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration STOP = Duration.ofSeconds(10);
  private static final int CLOCK = "00:00:00.000".length();
  private static final long SETTLED_MILLIS = 11_500;
  private static final long QUIET_MILLIS = 2_500;
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /// Polls are a second apart, so the sample of one cannot be taken for that of another.
  private static final long SAME_MILLIS = 300;

  private final Path folder;
  private final StarNetwork network;
  private final int size;
  private final Map<Integer, PackagedProduct> nodes = new TreeMap<>();
  private final List<Process> programs = new ArrayList<>();
  private final PackagedProduct simulator;
  private final long wallMillisAtZero;
  final DeviceJudge devices;
  final TestingListener listener;

  /// @param size nodes that run, of which a majority decides
  /// @param most nodes there may be
  private FaultCluster(Path folder, int size, int most) throws Exception {
    this.folder = folder;
    this.size = size;
    this.network = StarNetwork.create(most);
    program("broker", "/usr/sbin/mosquitto", "-c", brokerFile());
    program(
        "names",
        NAMES.toString(),
        "-k",
        "--no-hosts",
        "--no-resolv",
        "--user=root",
        "--pid-file=",
        "--listen-address=" + world(),
        "--bind-interfaces",
        "--addn-hosts=" + namesFile(most));
    Path wireLog = folder.resolve("wire.log");
    this.simulator = simulator(wireLog);
    this.devices = new DeviceJudge(wireLog, VOLTAGE);
    this.listener = TestingListener.in(network.name(0), world(), BROKER_PORT).subscribed();
    this.wallMillisAtZero = System.currentTimeMillis() - DeviceJudge.micros() / 1_000;
    writeConfig();
    writeSite();
  }

  /// Starts all of it and waits until each device is polled.
  static FaultCluster start(Path folder, int size, int most) throws Exception {
    TestingMosquitto.require();
    TestingMosquitto.require("dnsmasq", NAMES);
    FaultCluster cluster = new FaultCluster(folder, size, most);
    try {
      for (int number = 1; number <= size; number++) {
        cluster.launch(number);
      }
      for (int number = 1; number <= size; number++) {
        cluster.awaitRunning(number);
      }
      long from = DeviceJudge.micros();
      for (int link = 1; link <= LINKS; link++) {
        cluster.devices.awaitRequest(link, from, 0, START);
      }
      return cluster;
    } catch (Exception | AssertionError e) {
      cluster.close();
      throw e;
    }
  }

  private String world() {
    return network.address(0);
  }

  private String brokerFile() throws IOException {
    return Files.writeString(
            folder.resolve("mosquitto.conf"),
            "listener %d %s\nallow_anonymous true\nuser root\nmax_queued_messages 0\n"
                .formatted(BROKER_PORT, world()))
        .toString();
  }

  private String namesFile(int most) throws IOException {
    String lines =
        IntStream.rangeClosed(1, most)
            .mapToObj(number -> network.address(number) + " " + NAME + "\n")
            .collect(Collectors.joining());
    return Files.writeString(folder.resolve("names"), lines).toString();
  }

  private void program(String what, String... command) throws IOException {
    Path log = folder.resolve(what + ".log");
    List<String> whole = new ArrayList<>(List.of("ip", "netns", "exec", network.name(0)));
    whole.addAll(List.of(command));
    programs.add(
        new ProcessBuilder(whole).redirectErrorStream(true).redirectOutput(log.toFile()).start());
  }

  private PackagedProduct simulator(Path wireLog) throws Exception {
    List<String> simulate = new ArrayList<>(List.of("simulate", "--wire-log=" + wireLog));
    for (int i = 0; i < LINKS; i++) {
      simulate.add("--listen=tcp://" + world() + ":" + (FIRST_PORT + i));
      simulate.add("--device=tinybms");
    }
    PackagedProduct started =
        PackagedProduct.startIn(network.name(0), simulate.toArray(String[]::new));
    started.awaitLine(line -> line.contains("type `help`"), START);
    return started;
  }

  /// The product's own files and a contract that tells of each poll by the time of its reading.
  private void writeConfig() throws IOException {
    Path from = PackagedProduct.HOME.resolve("config");
    Path to = folder.resolve("config");
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
    Files.writeString(
        to.resolve("contracts/faults.yaml"),
        """
        contract: faults
        description: One object for each poll of a device
        prefix: "faults/{site}"
        client-id: "faults-{site}"
        keepalive-seconds: 10
        status: { topic: "{prefix}/status", repeat: never }
        topics:
          - kind: json-object
            name: sample
            topic: "{prefix}/sample"
            qos: 1
            retain: false
            when: reading
            delivery: every
            fields:
              - { name: sid, shows: sample-id }
              - { name: ts, shows: unix-time }
              - { name: voltage, keys: [battery_pack_voltage], unit: V, decimals: 2 }
        """);
  }

  private void writeSite() throws IOException {
    StringBuilder links = new StringBuilder("site: faults\nlinks:\n");
    StringBuilder packs = new StringBuilder("devices:\n");
    StringBuilder publications = new StringBuilder("publications:\n");
    for (int i = 1; i <= LINKS; i++) {
      links.append(
          "  l%1$d: { url: \"tcp://%2$s:%3$d\", reconnect-max: 1s }\n"
              .formatted(i, world(), FIRST_PORT + i - 1));
      packs.append("  b%1$d: { type: tinybms, link: l%1$d }\n".formatted(i));
      publications.append(
          "  P%1$d: { contract: faults, broker: far, devices: [b%1$d], prefix: f/%1$d, interval: 100ms }\n"
              .formatted(i));
    }
    String broker = "brokers:\n  far: { uri: \"mqtt://" + world() + "\" }\n";
    Files.writeString(folder.resolve("site.yaml"), links.append(packs) + broker + publications);
  }

  // ---- nodes

  /// Starts a node and waits until it runs.
  void run(int number) throws Exception {
    launch(number);
    awaitRunning(number);
  }

  private void launch(int number) throws Exception {
    PackagedProduct node =
        PackagedProduct.startIn(
            network.name(number),
            "run",
            "--site=" + folder.resolve("site.yaml"),
            "--config=" + folder.resolve("config"),
            "--state=" + folder.resolve("state-" + number),
            "--cluster-dns=" + NAME,
            "--cluster-size=" + size);
    nodes.put(number, node);
  }

  private void awaitRunning(int number) throws Exception {
    nodes.get(number).awaitLine(line -> line.contains("running; console"), START);
  }

  /// Starts those that a test which failed has left behind.
  void runMissing() throws Exception {
    for (int number = 1; number <= size; number++) {
      if (!nodes.containsKey(number)) {
        run(number);
      }
    }
  }

  void signal(int number, String signal) throws IOException, InterruptedException {
    nodes.get(number).signal(signal);
  }

  /// Ends a node by a signal and waits until it is gone.
  void end(int number, String signal) throws IOException, InterruptedException {
    PackagedProduct node = nodes.get(number);
    node.signal(signal);
    node.awaitExit(STOP);
    nodes.remove(number);
  }

  /// What one node sends to another is lost from now on, or no longer.
  void change(int from, int to, boolean isCut) throws IOException, InterruptedException {
    if (isCut) {
      network.cut(from, to);
    } else {
      network.heal(from, to);
    }
  }

  List<Integer> others(int number) {
    return nodes.keySet().stream().filter(other -> other != number).toList();
  }

  /// The node whose token for the link is the highest.
  int owner(int link) {
    return nodes.entrySet().stream()
        .max(
            Comparator.comparingLong(
                node -> LeaseLog.token(node.getValue(), "link/l" + link).orElse(0L)))
        .orElseThrow()
        .getKey();
  }

  List<Integer> linksOf(int node) {
    return IntStream.rangeClosed(1, LINKS).filter(link -> owner(link) == node).boxed().toList();
  }

  /// Waits until each node has what it has the first claim to: hand-over begins 10 s after the last
  /// change among the nodes, one kind of lease after the other.
  void settle() {
    long end = System.nanoTime() + START.toNanos();
    while (millisSince(FaultCluster::isOfMembers) < SETTLED_MILLIS
        || millisSince(FaultCluster::isOfLeases) < QUIET_MILLIS) {
      assertTrue(System.nanoTime() < end, () -> "leases change for ever" + account());
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  /// How long ago a node last wrote such a line.
  private long millisSince(Predicate<String> line) {
    LocalTime now = LocalTime.now(ZoneId.systemDefault());
    return nodes.values().stream()
        .flatMap(node -> node.output().lines())
        .filter(line)
        .mapToLong(text -> LocalTime.parse(text.substring(0, CLOCK)).until(now, ChronoUnit.MILLIS))
        .map(millis -> Math.floorMod(millis, TimeUnit.DAYS.toMillis(1)))
        .min()
        .orElseThrow();
  }

  /// Writes down what the nodes that run say of leases and members.
  ///
  /// @return where it is
  String account() {
    nodes.forEach((number, node) ->
        node.output()
            .lines()
            .filter(line -> isOfMembers(line) || isOfLeases(line))
            .forEach(line -> System.out.println("node " + number + " " + line)));
    return "; leases and members are in the output of this test";
  }

  private static boolean isOfMembers(String line) {
    return line.endsWith(" in the cluster");
  }

  private static boolean isOfLeases(String line) {
    return line.contains(" INFO  lease ") || line.contains(" WARN  lease ");
  }

  // ---- what the subscriber heard

  /// Samples of a device.
  ///
  /// @param times of the readings, Unix ms
  /// @param twice how many came once more
  private record Samples(NavigableSet<Long> times, int twice) {}

  private Samples samples(int link) {
    String topic = "f/" + link + "/sample";
    Set<String> ids = new HashSet<>();
    NavigableSet<Long> times = new TreeSet<>();
    int twice = 0;
    for (TestingListener.Heard heard : listener.heard(topic)) {
      JsonObject sample = heard.json();
      if (ids.add(sample.getString("sid"))) {
        times.add(Math.round(sample.getDouble("ts") * 1_000));
      } else {
        twice++;
      }
    }
    return new Samples(times, twice);
  }

  /// Polls of a link that were answered and of which no sample arrived.
  List<Long> lost(int link, long from, long until) throws IOException {
    NavigableSet<Long> times = samples(link).times;
    return devices.answered(link, from, until).stream()
        .filter(micros -> {
          long wall = wallMillisAtZero + micros / 1_000;
          return times.subSet(wall - SAME_MILLIS, true, wall + SAME_MILLIS, true).isEmpty();
        })
        .toList();
  }

  /// Samples that came more than once so far.
  int twice() {
    return IntStream.rangeClosed(1, LINKS).map(link -> samples(link).twice).sum();
  }

  /// The longest time in ms for which a publication was said to be offline, since a message.
  long longestOffline(int since) {
    long longest = 0;
    Map<String, Long> begun = new TreeMap<>();
    for (TestingListener.Heard heard : listener.since(since)) {
      if (heard.topic().endsWith("/status")) {
        if (heard.payload().equals("offline")) {
          begun.putIfAbsent(heard.topic(), heard.nanos());
        } else if (begun.containsKey(heard.topic())) {
          longest = Math.max(longest, heard.nanos() - begun.remove(heard.topic()));
        }
      }
    }
    assertTrue(begun.isEmpty(), () -> "still offline: " + begun.keySet());
    return TimeUnit.NANOSECONDS.toMillis(longest);
  }

  void close() throws Exception {
    nodes.values().forEach(PackagedProduct::close);
    simulator.close();
    listener.close();
    devices.close();
    for (Process program : programs) {
      program.destroy();
      program.waitFor(10, TimeUnit.SECONDS);
    }
    network.close();
  }
}
