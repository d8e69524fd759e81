package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Three nodes with all roles and 20 devices at one poll a second. Whatever happens to a node, the
/// devices tell whether somebody asked them and whether two did, and a subscriber which polls
/// arrived. `deploy/faults.sh` runs the long form.
@Timeout(36_000)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultsIT {
  private static final boolean IS_LONG = Boolean.getBoolean("voltbus.faults.long");

  /// Whether a lost poll or two nodes at once fail the test; the build tells of them only, as they
  /// still happen now and then.
  private static final boolean IS_STRICT = IS_LONG || Boolean.getBoolean("voltbus.faults.strict");

  private static final String FILE = System.getProperty("voltbus.faults.results", "");
  private static final long SEED = Long.getLong("voltbus.faults.seed", System.nanoTime());
  private static final int NODES = 3;
  private static final int FOURTH = 4;
  private static final Duration SOON = Duration.ofSeconds(30);

  private static final long ASKED_AGAIN_MILLIS = 6_000;

  /// No heartbeat for 5 s, then 5 s more, and whoever is left takes over.
  private static final long CUT_MILLIS = 12_000;

  private static final long BACK_MILLIS = 10_000;
  private static final Duration CUT = Duration.ofSeconds(IS_LONG ? 30 : 13);
  private static final Duration FROZEN = Duration.ofSeconds(12);
  private static final long LEASE_MICROS = TimeUnit.MILLISECONDS.toMicros(3_000);
  private static final long LATE_MILLIS = 50;
  private static final long OFFLINE_MILLIS = 2_000;

  /// What was polled less than a second before a kill may be lost with the node.
  private static final long FRESH_MICROS = TimeUnit.SECONDS.toMicros(1);

  /// A request may be under way to the device when the node dies.
  private static final long ANSWERED_MICROS = TimeUnit.MILLISECONDS.toMicros(200);

  /// A sample of a poll needs not have arrived before.
  private static final long ON_ITS_WAY_MICROS = TimeUnit.SECONDS.toMicros(3);

  private final Random random = new Random(SEED);
  private FaultCluster cluster;
  private FaultResults results;

  /// Until when each poll is known to have arrived, or to be lost.
  private long checkedMicros;

  private int twiceBefore;
  private int heardBefore;

  /// What is done to a node.
  enum Fault {
    KILL(30),
    CUT_BOTH(20),
    CUT_SENDING(20),
    CUT_HEARING(20),
    FREEZE(10),
    LEAVE(9),
    FOURTH(5);

    private final int times;

    Fault(int times) {
      this.times = times;
    }
  }

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    System.out.println("faults: seed " + SEED);
    cluster = FaultCluster.start(folder, NODES, FOURTH);
    results = new FaultResults(FILE.isEmpty() ? folder.resolve("faults.txt") : Path.of(FILE));
  }

  @AfterAll
  void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void theOthersGoOn(Fault fault) throws Exception {
    int times = IS_LONG ? fault.times : 1;
    for (int time = results.done(fault.name(), times) + 1; time <= times; time++) {
      begin();
      String figures =
          switch (fault) {
            case KILL -> kill();
            case CUT_BOTH -> cut(true, true);
            case CUT_SENDING -> cut(true, false);
            case CUT_HEARING -> cut(false, true);
            case FREEZE -> freeze();
            case LEAVE -> leave((time - 1) % NODES + 1);
            case FOURTH -> fourth();
          };
      results.add(fault.name(), time, times, figures + common());
    }
  }

  /// Each node has the links to which it has the first claim; then a random moment.
  private void begin() throws Exception {
    cluster.runMissing();
    cluster.settle();
    await(Duration.ofMillis(random.nextInt(1_000)));
    checkedMicros = DeviceJudge.micros() - ON_ITS_WAY_MICROS;
    twiceBefore = cluster.twice();
    heardBefore = cluster.listener.heard().size();
  }

  private static void await(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
  }

  // ---- faults

  private String kill() throws Exception {
    int dying = victim();
    Map<Integer, Long> orphans = connections(dying);
    long killed = DeviceJudge.micros();
    cluster.end(dying, "KILL");
    String again = awaitOthers(orphans, killed, ASKED_AGAIN_MILLIS);
    cluster.run(dying);
    cluster.settle();
    return "again_ms=" + again + nothingLost(orphans, killed);
  }

  /// A node that has links.
  private int victim() {
    return cluster.owner(1 + random.nextInt(FaultCluster.LINKS));
  }

  /// The connections over which a node asks its links.
  private Map<Integer, Long> connections(int node) throws IOException {
    Map<Integer, Long> connections = new HashMap<>();
    for (int link : cluster.linksOf(node)) {
      connections.put(link, cluster.devices.connection(link));
    }
    assertFalse(connections.isEmpty());
    return connections;
  }

  /// Waits until others ask the links.
  ///
  /// @return after how many ms each was asked
  private String awaitOthers(Map<Integer, Long> orphans, long from, long most) throws IOException {
    List<Long> again = new ArrayList<>();
    for (Map.Entry<Integer, Long> orphan : orphans.entrySet()) {
      long asked =
          cluster.devices.awaitRequest(orphan.getKey(), from, orphan.getValue(), SOON) - from;
      again.add(asked / 1_000);
      assertTrue(
          asked / 1_000 <= most,
          () ->
              "link %d asked after %d ms, most %d%s"
                  .formatted(orphan.getKey(), asked / 1_000, most, cluster.account()));
    }
    return again.stream().sorted().map(String::valueOf).collect(Collectors.joining(","));
  }

  private String cut(boolean isSending, boolean isHearing) throws Exception {
    int victim = victim();
    long cut = DeviceJudge.micros();
    change(victim, isSending, isHearing, true);
    await(CUT);
    change(victim, isSending, isHearing, false);
    long healed = DeviceJudge.micros();
    await(Duration.ofMillis(BACK_MILLIS));
    long end = DeviceJudge.micros();
    long apart = longestPause(cut, healed, CUT_MILLIS);
    long back = longestPause(healed, end, BACK_MILLIS - 1_000);
    cluster.settle();
    return "not_asked_ms=" + apart + " behind_heal_ms=" + back + " " + lost(checkedMicros);
  }

  private void change(int victim, boolean isSending, boolean isHearing, boolean isCut)
      throws Exception {
    for (int other : cluster.others(victim)) {
      if (isSending) {
        cluster.change(victim, other, isCut);
      }
      if (isHearing) {
        cluster.change(other, victim, isCut);
      }
    }
  }

  private long longestPause(long from, long until, long most) throws IOException {
    long longest = 0;
    for (int link = 1; link <= FaultCluster.LINKS; link++) {
      longest = Math.max(longest, cluster.devices.longestPause(link, from, until));
    }
    long pause = longest;
    assertTrue(
        pause < most,
        () -> "not asked for %d ms, most %d%s".formatted(pause, most, cluster.account()));
    return longest;
  }

  /// Who wakes up must not send what it was about to.
  private String freeze() throws Exception {
    int frozen = victim();
    Map<Integer, Long> orphans = connections(frozen);
    cluster.signal(frozen, "STOP");
    long stopped = DeviceJudge.micros();
    String again = awaitOthers(orphans, stopped, CUT_MILLIS);
    await(FROZEN.minusMillis((DeviceJudge.micros() - stopped) / 1_000));
    cluster.signal(frozen, "CONT");
    cluster.settle();
    long late = 0;
    for (Map.Entry<Integer, Long> each : orphans.entrySet()) {
      long behind =
          cluster.devices.lastRequestBehind(stopped + LEASE_MICROS, each.getKey(), each.getValue());
      late = Math.max(late, behind);
    }
    assertTrue(late <= LATE_MILLIS, late + " ms behind the end of its lease");
    return "again_ms=%s late_ms=%d%s".formatted(again, late, nothingLost(orphans, stopped));
  }

  private String leave(int leaving) throws Exception {
    long from = DeviceJudge.micros();
    cluster.end(leaving, "TERM");
    long gone = DeviceJudge.micros() - from;
    cluster.run(leaving);
    cluster.settle();
    long offline = cluster.longestOffline(heardBefore);
    assertTrue(offline <= OFFLINE_MILLIS, "offline for " + offline + " ms");
    long pause = longestPause(from, DeviceJudge.micros(), ASKED_AGAIN_MILLIS);
    return "stopped_ms=%d not_asked_ms=%d offline_ms=%d%s"
        .formatted(gone / 1_000, pause, offline, nothingLost(Map.of(), from));
  }

  private String fourth() throws Exception {
    List<Integer> before = owners();
    long from = DeviceJudge.micros();
    cluster.run(FOURTH);
    cluster.settle();
    List<Integer> after = owners();
    long moved =
        IntStream.range(0, before.size()).filter(i -> !before.get(i).equals(after.get(i))).count();
    long taken = after.stream().filter(owner -> owner == FOURTH).count();
    assertEquals(taken, moved, () -> before + " became " + after);
    assertTrue(taken > 0 && taken <= FaultCluster.LINKS / 2, () -> after.toString());
    long pause = longestPause(from, DeviceJudge.micros(), ASKED_AGAIN_MILLIS);
    cluster.end(FOURTH, "TERM");
    return "moved=%d of=%d not_asked_ms=%d%s"
        .formatted(moved, before.size(), pause, nothingLost(Map.of(), from));
  }

  private List<Integer> owners() {
    return IntStream.rangeClosed(1, FaultCluster.LINKS).mapToObj(cluster::owner).toList();
  }

  // ---- judgement

  /// @param fatal links whose newest polls went with their node
  private String nothingLost(Map<Integer, Long> fatal, long died) throws IOException {
    await(Duration.ofNanos(TimeUnit.MICROSECONDS.toNanos(ON_ITS_WAY_MICROS)));
    long until = DeviceJudge.micros() - ON_ITS_WAY_MICROS;
    List<String> lost = new ArrayList<>();
    int spared = 0;
    for (int link = 1; link <= FaultCluster.LINKS; link++) {
      for (long poll : cluster.lost(link, checkedMicros, until)) {
        boolean isFresh = poll > died - FRESH_MICROS && poll < died + ANSWERED_MICROS;
        if (fatal.containsKey(link) && isFresh) {
          spared++;
        } else {
          lost.add("link %d: %d ms behind it".formatted(link, (poll - died) / 1_000));
        }
      }
    }
    if (IS_STRICT) {
      assertEquals(List.of(), lost, cluster::account);
    }
    return " polls=%d lost=%d lost_with_the_node=%d".formatted(polls(until), lost.size(), spared);
  }

  private int polls(long until) throws IOException {
    int polls = 0;
    for (int link = 1; link <= FaultCluster.LINKS; link++) {
      polls += cluster.devices.answered(link, checkedMicros, until).size();
    }
    return polls;
  }

  /// For faults that may cost samples.
  private String lost(long from) throws IOException {
    await(Duration.ofNanos(TimeUnit.MICROSECONDS.toNanos(ON_ITS_WAY_MICROS)));
    long until = DeviceJudge.micros() - ON_ITS_WAY_MICROS;
    int lost = 0;
    for (int link = 1; link <= FaultCluster.LINKS; link++) {
      lost += cluster.lost(link, from, until).size();
    }
    return "polls=" + polls(until) + " lost=" + lost;
  }

  private String common() throws IOException {
    long longest = 0;
    for (int link = 1; link <= FaultCluster.LINKS; link++) {
      long overlap = cluster.devices.longestOverlap(link);
      int which = link;
      longest = Math.max(longest, overlap);
      assertEquals(
          0,
          IS_STRICT ? overlap : 0,
          () -> "link %d: two asked%s".formatted(which, cluster.account()));
    }
    return " twice=%d two_at_once_ms=%d".formatted(cluster.twice() - twiceBefore, longest);
  }
}
