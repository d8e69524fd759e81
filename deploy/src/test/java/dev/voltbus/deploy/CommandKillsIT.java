package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.voltbus.deploy.LimitWatch.Seen;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Kills at random moments while a limit runs, and looks when the device is back at its base. Two
/// kills each; `-Dvoltbus.control.kills=100` for the long form, `-Dvoltbus.control.seed=N` for the
/// same moments again.
@Timeout(7_200)
class CommandKillsIT {
  private static final int KILLS = Integer.getInteger("voltbus.control.kills", 2);
  private static final long SEED = Long.getLong("voltbus.control.seed", System.nanoTime());
  private static final int LEAST_SECONDS = 2;
  private static final int MOST_SECONDS = 6;
  private static final long LATE_MILLIS = 1_000;

  private static final long NEXT_OWNER_MILLIS = 5_000;
  private static final String LINE = "acquisition,mapping";

  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir private Path folder;
  private final Random random = new Random(SEED);
  private final List<Long> late = new ArrayList<>();
  private final List<String> faults = new ArrayList<>();

  /// One limit, and when it is to end.
  private record Round(int seen, int seconds, long deadline, long killAt) {}

  private Round begin(ControlScene scene) throws Exception {
    scene.awaitBase();
    int seen = scene.watch.count();
    int seconds = LEAST_SECONDS + random.nextInt(MOST_SECONDS - LEAST_SECONDS + 1);
    long deadline = scene.limit(50, 60, seconds);
    long began = deadline - seconds * 1_000L;
    long killAt =
        random.nextInt(4) == 0
            ? deadline - 10 + random.nextInt(40) // while the base is written
            : began + random.nextInt(seconds * 1_000);
    Round round = new Round(seen, seconds, deadline, killAt);
    scene.awaitWall(round.killAt);
    return round;
  }

  /// @param from moment from which on it counts as late
  private Seen end(ControlScene scene, Round round, long from) throws Exception {
    Seen back;
    try {
      back = scene.watch.await(round.seen + 1, seen -> seen.has(100, 100), LIMIT);
    } catch (AssertionError e) {
      throw new AssertionError(round + "\n" + scene.account(), e);
    }
    long after = back.wallMillis() - from;
    late.add(after);
    if (back.wallMillis() < round.deadline || after > LATE_MILLIS) {
      faults.add(after + " ms behind what is allowed from: " + round);
      System.out.println(faults.getLast() + "\n" + scene.account());
    }
    return back;
  }

  /// Of all kills, so that one fault does not hide how the others went.
  private void report(String what) {
    print(what, late);
    assertEquals(List.of(), faults);
  }

  private static void print(String what, List<Long> millis) {
    long[] sorted = millis.stream().mapToLong(Long::longValue).sorted().toArray();
    System.out.printf(
        "%s: seed %d, %d kills, late by ms: least %d, median %d, most %d, all %s%n",
        what,
        SEED,
        sorted.length,
        sorted[0],
        sorted[sorted.length / 2],
        sorted[sorted.length - 1],
        Arrays.toString(sorted));
  }

  @Test
  void whoAcceptedTheLimitIsKilled() throws Exception {
    kill("mqtt,command", LINE, false);
    report("who accepted is killed");
  }

  @Test
  void theOwnerOfALinkIsKilledWhoseDeviceHasATimer() throws Exception {
    kill(LINE, "mqtt,command", true);
    report("owner of the link is killed, device with a timer");
  }

  private void kill(String dying, String staying, boolean hasTimer) throws Exception {
    try (ControlScene scene = new ControlScene(folder, hasTimer)) {
      scene.node(staying);
      for (int i = 0; i < KILLS; i++) {
        PackagedProduct node = scene.node(dying);
        Round round = begin(scene);
        scene.kill(node);
        end(scene, round, round.deadline);
      }
    }
  }

  // Nobody else can end the limit than the next owner, who takes the line over once the lease of
  // the dead one is over.
  @Test
  void theOwnerOfALinkIsKilledWhoseDeviceHasNoTimer() throws Exception {
    List<Long> sinceKill = new ArrayList<>();
    try (ControlScene scene = new ControlScene(folder, false)) {
      scene.node("mqtt,command");
      scene.node(LINE, "0");
      scene.node(LINE, "1");
      for (int i = 0; i < KILLS; i++) {
        Round round = begin(scene);
        scene.kill(scene.owner());
        long killed = System.currentTimeMillis();
        Seen back = end(scene, round, killed + NEXT_OWNER_MILLIS);
        long since = back.wallMillis() - Math.max(round.deadline, killed);
        sinceKill.add(since);
        if (since > NEXT_OWNER_MILLIS) {
          faults.add(since + " ms behind the kill or the deadline: " + round);
          System.out.println(faults.getLast() + "\n" + scene.account());
        }
        scene.node(LINE, Integer.toString(i + 2));
      }
    }
    print("owner of the link is killed, device without a timer, since kill or deadline", sinceKill);
    assertEquals(List.of(), faults);
  }
}
