package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Three nodes in network namespaces of their own: one is cut off from the others but still reaches
/// devices and broker. It must stop before another one begins. The devices are the judges.
/// `-Dvoltbus.cut.times=20` and `-Dvoltbus.cut.seconds=30` for the long form.
@Timeout(7_200)
class CutIT {
  private static final int TIMES = Integer.getInteger("voltbus.cut.times", 1);
  private static final int SECONDS = Integer.getInteger("voltbus.cut.seconds", 15);
  private static final int NODES = 3;
  private static final int LINKS = 6;
  private static final Duration START = Duration.ofSeconds(60);

  /// No heartbeat for 5 s, then 5 s more.
  private static final long POLLED_AGAIN_MILLIS = 10_000;

  private static final long BACK_MILLIS = 10_000;
  private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final Random random = new Random();
  private final List<PackagedProduct> nodes = new ArrayList<>();
  private final List<Process> programs = new ArrayList<>();
  private StarNetwork network;
  private PackagedProduct devices;
  private Path wireLog;
  @TempDir private Path folder;

  /// Which packets are lost.
  enum Cut {
    BOTH,
    TO_THE_OTHERS,
    FROM_THE_OTHERS
  }

  /// A request that a device got.
  private record Request(long micros, int link, long connection) {}

  @BeforeEach
  void start() throws Exception {
    TestingMosquitto.require();
    network = StarNetwork.create(NODES);
    String world = network.address(0);
    Path config =
        Files.writeString(
            folder.resolve("mosquitto.conf"),
            "listener 1883 " + world + "\nallow_anonymous true\nuser root\n");
    Process broker =
        RoutedNetwork.startIn(network.name(0), "/usr/sbin/mosquitto", "-c", config.toString());
    programs.add(broker);
    awaitLine(broker, "running");
    wireLog = folder.resolve("wire.log");
    List<String> simulate = new ArrayList<>(List.of("simulate", "--wire-log=" + wireLog));
    for (int i = 0; i < LINKS; i++) {
      simulate.add("--listen=tcp://" + world + ":" + (5020 + i));
      simulate.add("--device=tinybms");
    }
    devices = PackagedProduct.startIn(network.name(0), simulate.toArray(String[]::new));
    devices.awaitLine(line -> line.contains("type `help`"), START);
    Path site = site(world);
    String members =
        String.join(",", IntStream.rangeClosed(1, NODES).mapToObj(network::address).toList());
    for (int i = 1; i <= NODES; i++) {
      nodes.add(
          PackagedProduct.startIn(
              network.name(i),
              "run",
              "--site=" + site,
              "--state=" + folder.resolve("state-" + i),
              "--cluster-members=" + members,
              "--cluster-size=" + NODES));
      nodes.getLast().awaitLine(line -> line.contains("running; console"), START);
    }
    long from = micros();
    for (int link = 1; link <= LINKS; link++) {
      firstRequest(link, from);
    }
  }

  private Path site(String world) throws IOException {
    StringBuilder links = new StringBuilder();
    StringBuilder packs = new StringBuilder();
    StringBuilder publications = new StringBuilder();
    for (int i = 0; i < LINKS; i++) {
      links.append(
          "  l%1$d: { url: \"tcp://%2$s:%3$d\", reconnect-max: 1s }\n"
              .formatted(i + 1, world, 5020 + i));
      packs.append("  b%1$d: { type: tinybms, link: l%1$d }\n".formatted(i + 1));
      publications.append(
          "  P%1$d: { contract: tinybms, broker: far, devices: [b%1$d], prefix: p/%1$d }\n"
              .formatted(i + 1));
    }
    return Files.writeString(
        folder.resolve("site.yaml"),
        "site: cut\nlinks:\n"
            + links
            + "devices:\n"
            + packs
            + "brokers:\n  far: { uri: \"mqtt://"
            + world
            + "\" }\npublications:\n"
            + publications);
  }

  private static void awaitLine(Process process, String part) throws IOException {
    BufferedReader from = process.inputReader(StandardCharsets.UTF_8);
    String line = from.readLine();
    while (line != null && !line.contains(part)) {
      line = from.readLine();
    }
    assertTrue(line != null, "ended without `" + part + "`");
  }

  @AfterEach
  void stop() throws Exception {
    for (PackagedProduct node : nodes) {
      node.close();
    }
    if (devices != null) {
      devices.close();
    }
    for (Process program : programs) {
      program.destroy();
      program.waitFor(10, TimeUnit.SECONDS);
    }
    if (network != null) {
      network.close();
    }
  }

  // ---- what the devices saw

  private static long micros() {
    return TimeUnit.NANOSECONDS.toMicros(System.nanoTime());
  }

  private List<Request> requests() throws IOException {
    List<Request> requests = new ArrayList<>();
    for (String line : Files.readAllLines(wireLog)) {
      String[] parts = line.split(" ", 5);
      if (parts.length == 5 && parts[3].equals(">")) {
        requests.add(
            new Request(
                Long.parseLong(parts[0]), Integer.parseInt(parts[1]), Long.parseLong(parts[2])));
      }
    }
    return requests;
  }

  private long firstRequest(int link, long from) throws IOException {
    long end = System.nanoTime() + START.toNanos();
    while (System.nanoTime() < end) {
      for (Request request : requests()) {
        if (request.link == link && request.micros >= from) {
          return request.micros;
        }
      }
      LockSupport.parkNanos(STEP_NANOS);
    }
    throw new AssertionError("link " + link + " is not asked\n" + account());
  }

  /// The longest time in ms for which nobody asked a link.
  private long longestPause(List<Request> requests, int link, long from, long until) {
    long last = from;
    long longest = 0;
    for (Request request : requests) {
      if (request.link == link && request.micros > from && request.micros < until) {
        longest = Math.max(longest, request.micros - last);
        last = request.micros;
      }
    }
    return Math.max(longest, until - last) / 1_000;
  }

  /// Who begins to ask has nobody beside it that goes on.
  private void checkOneAtATime(List<Request> requests) {
    for (int link = 1; link <= LINKS; link++) {
      Map<Long, long[]> spans = new LinkedHashMap<>();
      for (Request request : requests) {
        if (request.link == link) {
          long[] span =
              spans.computeIfAbsent(
                  request.connection, number -> new long[] {request.micros, request.micros});
          span[1] = request.micros;
        }
      }
      List<long[]> inOrder =
          spans.values().stream().sorted(Comparator.comparingLong(span -> span[0])).toList();
      for (int i = 1; i < inOrder.size(); i++) {
        long between = inOrder.get(i)[0] - inOrder.get(i - 1)[1];
        int which = link;
        assertTrue(
            between > 0,
            () -> "link " + which + ": two asked for " + -between / 1_000 + " ms\n" + account());
      }
    }
  }

  private String account() {
    StringBuilder text = new StringBuilder();
    for (PackagedProduct node : nodes) {
      text.append("---- node ").append(nodes.indexOf(node) + 1).append('\n');
      node.output()
          .lines()
          .filter(line -> line.contains("lease") || line.contains("ember"))
          .map(line -> line.substring(0, Math.min(line.length(), 200)))
          .forEach(line -> text.append(line).append('\n'));
    }
    return text.toString();
  }

  private static void await(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
  }

  // ---- tests

  @ParameterizedTest
  @EnumSource
  void whoIsCutOffStopsBeforeAnotherOneBegins(Cut direction) throws Exception {
    for (int i = 0; i < TIMES; i++) {
      await(Duration.ofMillis(16_000 + random.nextInt(1_000)));
      int victim = victim();
      long cut = micros();
      change(direction, victim, true);
      await(Duration.ofSeconds(SECONDS));
      change(direction, victim, false);
      long healed = micros();
      await(Duration.ofMillis(BACK_MILLIS));
      long end = micros();
      List<Request> requests = requests();
      checkOneAtATime(requests);
      for (int link = 1; link <= LINKS; link++) {
        long apart = longestPause(requests, link, cut, healed);
        long back = longestPause(requests, link, healed, end);
        System.out.printf(
            "cut %s of node %d: link %d not asked for %d ms at most, %d ms behind the heal%n",
            direction, victim, link, apart, back);
        assertTrue(apart < POLLED_AGAIN_MILLIS, () -> "not polled again\n" + account());
        assertTrue(back < BACK_MILLIS - 1_000, () -> "not back\n" + account());
      }
    }
    assertEquals(NODES, nodes.size());
  }

  /// A node that has links.
  private int victim() {
    return IntStream.rangeClosed(1, NODES)
        .boxed()
        .max(
            Comparator.comparingLong(
                number -> LeaseLog.token(nodes.get(number - 1), "link/l1").orElse(0L)))
        .orElseThrow();
  }

  private void change(Cut direction, int victim, boolean isCut) throws Exception {
    for (int other : network.others(victim)) {
      if (direction != Cut.FROM_THE_OTHERS) {
        change(victim, other, isCut);
      }
      if (direction != Cut.TO_THE_OTHERS) {
        change(other, victim, isCut);
      }
    }
  }

  private void change(int from, int to, boolean isCut) throws Exception {
    if (isCut) {
      network.cut(from, to);
    } else {
      network.heal(from, to);
    }
  }
}
