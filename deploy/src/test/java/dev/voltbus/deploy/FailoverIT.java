package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.simulator.BatterySite;
import dev.voltbus.simulator.ModbusServer;
import dev.voltbus.simulator.WireEvent;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Three nodes with all roles: whoever owns links is killed at a random moment, and what the
/// devices saw tells how long nobody asked them and whether two ever did. Two kills;
/// `-Dvoltbus.failover.kills=30` for the long form, `-Dvoltbus.failover.seed=N` for the same
/// moments again.
@Timeout(7_200)
class FailoverIT {
  private static final int KILLS = Integer.getInteger("voltbus.failover.kills", 2);
  private static final long SEED = Long.getLong("voltbus.failover.seed", System.nanoTime());
  private static final int SITES = 3;
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration STOP = Duration.ofSeconds(5);
  private static final long AGAIN_MILLIS = 5_000;

  /// Devices are asked each second.
  private static final long PERIOD_MILLIS = 1_000;

  private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final Vertx vertx = Vertx.vertx();
  private final Random random = new Random(SEED);
  private final Map<String, ModbusServer> links = new LinkedHashMap<>();
  private final List<PackagedProduct> nodes = new ArrayList<>();
  private final List<Long> again = new ArrayList<>();
  private TestingMosquitto broker;
  private TestingListener listener;
  private Path siteFile;
  @TempDir private Path folder;

  @BeforeEach
  void start() throws Exception {
    broker = TestingMosquitto.start();
    StringBuilder text =
        new StringBuilder("site: failover-" + ProcessHandle.current().pid() + "\n");
    StringBuilder linkLines = new StringBuilder("links:\n");
    StringBuilder devices = new StringBuilder("devices:\n");
    StringBuilder publications = new StringBuilder("publications:\n");
    for (int i = 0; i < SITES; i++) {
      BatterySite site = new BatterySite(0, 0);
      vertx.deployVerticle(site).await();
      link("pack-" + i, site.packServer(), linkLines);
      link("tower-" + i, site.towerServer(), linkLines);
      devices.append(
          """
            bms-%1$d: { type: tinybms, link: pack-%1$d, unit: %2$d }
            byd-%1$d: { type: byd, link: tower-%1$d, unit: %3$d }
          """
              .formatted(i, BatterySite.TINYBMS_UNIT, BatterySite.BYD_UNIT));
      publications.append(
          "  P%1$d: { contract: tinybms, broker: local, devices: [bms-%1$d], prefix: p/%1$d }\n"
              .formatted(i));
    }
    text.append(linkLines)
        .append(devices)
        .append("brokers:\n  local: { uri: \"mqtt://127.0.0.1:")
        .append(broker.port())
        .append("\" }\n")
        .append(publications);
    siteFile = folder.resolve("site.yaml");
    Files.writeString(siteFile, text);
    listener = TestingListener.on(broker.port()).subscribed();
  }

  private void link(String name, ModbusServer server, StringBuilder lines) {
    links.put(name, server);
    server.keepLog(100_000);
    lines.append("  %s: { url: \"%s\", reconnect-max: 1s }\n".formatted(name, server.url()));
  }

  @AfterEach
  void stop() throws Exception {
    for (PackagedProduct node : nodes) {
      node.close();
    }
    listener.close();
    vertx.close().await();
    broker.close();
  }

  private PackagedProduct node() throws IOException, InterruptedException {
    PackagedProduct node =
        PackagedProduct.start(
            Map.of(),
            "run",
            "--site=" + siteFile,
            "--cluster",
            "--cluster-size=3",
            "--http-port=" + PackagedProduct.freePort(),
            "--health-port=" + PackagedProduct.freePort());
    nodes.add(node);
    return node;
  }

  // ---- who owns what

  /// The node whose token for the link is the highest.
  private PackagedProduct owner(String link) {
    return nodes.stream()
        .max(Comparator.comparingLong(node -> LeaseLog.token(node, "link/" + link).orElse(0L)))
        .orElseThrow(() -> new AssertionError("nobody has link " + link));
  }

  private void awaitAllPolled() {
    long from = System.nanoTime();
    links.keySet().forEach(link -> firstRequestSince(link, from, 0));
  }

  // ---- what the devices saw

  private List<WireEvent> requests(String link) {
    return links.get(link).log().stream()
        .filter(event -> event.kind() == WireEvent.Kind.REQUEST)
        .toList();
  }

  private long connection(String link) {
    return requests(link).getLast().connection();
  }

  /// @param behind number of a connection that does not count any more
  private long firstRequestSince(String link, long from, long behind) {
    long end = System.nanoTime() + START.toNanos();
    while (System.nanoTime() < end) {
      Optional<WireEvent> first =
          requests(link).stream()
              .filter(event -> event.nanos() >= from && event.connection() > behind)
              .findFirst();
      if (first.isPresent()) {
        return first.get().nanos();
      }
      LockSupport.parkNanos(STEP_NANOS);
    }
    throw new AssertionError(link + " is not asked any more\n" + account());
  }

  /// The longest time in which nobody asked a link.
  private long longestPause(String link, long from, long until) {
    long[] times =
        LongStream.concat(
                requests(link).stream()
                    .mapToLong(WireEvent::nanos)
                    .filter(nanos -> nanos > from && nanos < until),
                LongStream.of(from, until))
            .sorted()
            .toArray();
    long longest = 0;
    for (int i = 1; i < times.length; i++) {
      longest = Math.max(longest, times[i] - times[i - 1]);
    }
    return TimeUnit.NANOSECONDS.toMillis(longest);
  }

  /// Who begins to ask has nobody beside it that goes on.
  private void checkOneAtATime() {
    links
        .keySet()
        .forEach(link -> {
          Map<Long, long[]> spans = new LinkedHashMap<>();
          requests(link)
              .forEach(event -> {
                long[] span =
                    spans.computeIfAbsent(
                        event.connection(), number -> new long[] {event.nanos(), event.nanos()});
                span[1] = event.nanos();
              });
          List<long[]> inOrder =
              spans.values().stream().sorted(Comparator.comparingLong(span -> span[0])).toList();
          for (int i = 1; i < inOrder.size(); i++) {
            long between = inOrder.get(i)[0] - inOrder.get(i - 1)[1];
            assertTrue(between > 0, link + ": two asked for " + -between / 1_000_000 + " ms");
          }
        });
  }

  private String account() {
    StringBuilder text = new StringBuilder();
    for (PackagedProduct node : nodes) {
      text.append("---- process ").append(node.pid()).append('\n');
      node.output()
          .lines()
          .filter(line -> line.contains("lease"))
          .forEach(line -> text.append(line).append('\n'));
    }
    return text.toString();
  }

  // ---- tests

  @Test
  void ofAKilledNodeTheOthersTakeEverythingOver() throws Exception {
    for (int i = 0; i < 3; i++) {
      node().awaitLine(line -> line.contains("running; console"), START);
    }
    awaitAllPolled();
    for (int i = 0; i < KILLS; i++) {
      settle();
      kill();
      node().awaitLine(line -> line.contains("running; console"), START);
    }
    checkOneAtATime();
    long[] sorted = again.stream().mapToLong(Long::longValue).sorted().toArray();
    System.out.printf(
        "failover: seed %d, %d links after %d kills, asked again by ms: median %d, p95 %d, most"
            + " %d%n",
        SEED,
        sorted.length,
        KILLS,
        sorted[sorted.length / 2],
        sorted[(int) (sorted.length * 0.95)],
        sorted[sorted.length - 1]);
  }

  /// Until each node has the links to which it has the first claim, and a random moment more. On
  /// the way no poll is lost.
  private void settle() {
    long from = System.nanoTime();
    long until = from + TimeUnit.MILLISECONDS.toNanos(15_000 + random.nextInt(1_000));
    while (System.nanoTime() < until) {
      LockSupport.parkNanos(until - System.nanoTime());
    }
    links
        .keySet()
        .forEach(link -> {
          long pause = longestPause(link, from, until);
          System.out.println("settling: " + link + " not asked for " + pause + " ms at most");
          assertTrue(
              pause < 2 * PERIOD_MILLIS, link + " not asked for " + pause + " ms\n" + account());
        });
  }

  private void kill() throws Exception {
    List<String> names = List.copyOf(links.keySet());
    PackagedProduct dying = owner(names.get(random.nextInt(names.size())));
    List<String> orphans = names.stream().filter(link -> owner(link) == dying).toList();
    Map<String, Long> before = new LinkedHashMap<>();
    orphans.forEach(link -> before.put(link, connection(link)));
    assertFalse(orphans.isEmpty());
    int heard = listener.heard().size();
    dying.signal("KILL");
    long killed = System.nanoTime();
    dying.awaitExit(STOP);
    nodes.remove(dying);
    for (String link : orphans) {
      long took = firstRequestSince(link, killed, before.get(link)) - killed;
      again.add(TimeUnit.NANOSECONDS.toMillis(took));
      System.out.println(link + " asked again after " + again.getLast() + " ms");
      assertTrue(again.getLast() <= AGAIN_MILLIS, () -> link + "\n" + account());
    }
    long now = System.nanoTime();
    for (String link : names) {
      if (!orphans.contains(link)) {
        long pause = longestPause(link, killed, now);
        assertTrue(pause < 2 * PERIOD_MILLIS, link + " of another node: " + pause + " ms");
      }
    }
    for (int i = 0; i < SITES; i++) {
      String topic = "p/" + i + "/battery_pack_voltage";
      listener.awaitAll(
          all -> all.stream().skip(heard).anyMatch(each -> each.topic().equals(topic)),
          START,
          topic);
    }
    assertEquals(2, nodes.size());
  }
}
