package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
  private static final long LATE_WITHOUT_TIMER_MILLIS = 5_000;
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir private Path folder;
  private final Random random = new Random(SEED);
  private final List<Long> late = new ArrayList<>();

  /// One limit, and when it is to end.
  private record Round(int seen, int seconds, long deadline, long killAt) {}

  private Round begin(ControlScene scene) throws Exception {
    scene.awaitBase();
    int seen = scene.watch.count();
    int seconds = LEAST_SECONDS + random.nextInt(MOST_SECONDS - LEAST_SECONDS + 1);
    long deadline = scene.limit(50, 60, seconds);
    long began = deadline - seconds * 1_000L;
    Round round = new Round(seen, seconds, deadline, began + random.nextInt(seconds * 1_000));
    scene.awaitWall(round.killAt);
    return round;
  }

  /// @param from moment from which on it counts as late
  private void end(ControlScene scene, Round round, long from, long most) throws Exception {
    Seen back = scene.watch.await(round.seen + 1, seen -> seen.has(100, 100), LIMIT);
    long after = back.wallMillis() - from;
    late.add(after);
    assertTrue(
        back.wallMillis() >= round.deadline,
        () -> (round.deadline - back.wallMillis()) + " ms before the deadline of " + round);
    assertTrue(after <= most, () -> after + " ms late: " + round);
  }

  private void report(String what) {
    long[] sorted = late.stream().mapToLong(Long::longValue).sorted().toArray();
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
    try (ControlScene scene = new ControlScene(folder, false)) {
      scene.node("acquisition,mapping");
      for (int i = 0; i < KILLS; i++) {
        PackagedProduct accepting = scene.again("mqtt,command");
        Round round = begin(scene);
        scene.kill(accepting);
        end(scene, round, round.deadline, LATE_MILLIS);
      }
    } finally {
      report("who accepted is killed");
    }
  }

  @ParameterizedTest(name = "own timer {0}")
  @ValueSource(booleans = {true, false})
  void theOwnerOfTheLinkIsKilled(boolean hasTimer) throws Exception {
    try (ControlScene scene = new ControlScene(folder, hasTimer)) {
      scene.node("mqtt,command");
      PackagedProduct owner = scene.again("acquisition,mapping");
      for (int i = 0; i < KILLS; i++) {
        Round round = begin(scene);
        scene.kill(owner);
        long killed = System.currentTimeMillis();
        if (hasTimer) {
          end(scene, round, round.deadline, LATE_MILLIS);
          owner = scene.again("acquisition,mapping");
        } else {
          owner = scene.again("acquisition,mapping");
          end(scene, round, Math.max(round.deadline, killed), LATE_WITHOUT_TIMER_MILLIS);
        }
      }
    } finally {
      report("owner of the link is killed, " + (hasTimer ? "with" : "without") + " timer");
    }
  }
}
