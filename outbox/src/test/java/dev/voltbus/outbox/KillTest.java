package dev.voltbus.outbox;

import static dev.voltbus.outbox.Rig.failure;
import static dev.voltbus.outbox.Rig.readAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The promise itself: what was acknowledged as stored is there after kill -9 of a real process.
class KillTest {
  private static final int ROUNDS = 4;
  private static final int PROMISES = 4000;

  @TempDir private Path folder;
  private final Rig rig = new Rig();

  /// Sequence to number of the payload, of what must be there.
  private final Map<Long, Integer> promised = new HashMap<>();

  private long highest;

  @AfterEach
  void close() throws Exception {
    rig.close();
  }

  @Test
  @Timeout(300)
  void everyStoredRecordSurvivesAKill() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      long before = highest;
      runAndKill(round * 1_000_000);
      Outbox outbox = rig.open(AppendingProcess.options(folder));
      Map<Long, Buffer> found = new HashMap<>();
      readAll(outbox).forEach(record -> found.put(record.sequence(), record.payload()));
      check(found);
      Rig.await(outbox.close());
      System.out.println(
          "kill %d: %d promised, %d found, sequences %d..%d"
              .formatted(round, promised.size(), found.size(), before, highest));
    }
    assertEquals(List.of(), rig.told(OutboxEvent.Dropped.class));
  }

  // Closing a file ends this process's locks of it, also those of another opener of the same file.
  @Test
  void refusalInThisProcessLetsNoOtherProcessIn() throws Exception {
    Outbox outbox = rig.open(AppendingProcess.options(folder));
    failure(OutboxLockedException.class, second());
    Process process = AppendingProcess.start(folder, 0);
    try (BufferedReader said = process.inputReader()) {
      String first = said.lines().filter(KillTest::isOutcome).findFirst().orElse("nothing");
      assertTrue(first.contains("in use by another process"), first);
    } finally {
      process.destroyForcibly();
    }
    Rig.append(outbox, "still mine");
  }

  /// The process logs as well.
  private static boolean isOutcome(String line) {
    return line.startsWith("DISK") || line.startsWith("outbox ");
  }

  private void check(Map<Long, Buffer> found) {
    promised.forEach((sequence, number) -> {
      Buffer payload = found.get(sequence);
      assertNotNull(payload, () -> "sequence " + sequence + " is lost");
      assertEquals(AppendingProcess.payload(number), payload, () -> "sequence " + sequence);
    });
  }

  private void runAndKill(int number) throws Exception {
    Process process = AppendingProcess.start(folder, number);
    try (BufferedReader said = process.inputReader()) {
      note(said, PROMISES);
      failure(OutboxLockedException.class, second());
      // The handle's way leaves open what the process said before.
      process.toHandle().destroyForcibly();
      note(said, Integer.MAX_VALUE);
    } finally {
      process.destroyForcibly();
    }
    process.onExit().join();
  }

  private Future<Outbox> second() {
    return Outbox.open(rig.vertx, AppendingProcess.options(folder), rig.time, rig.events::add);
  }

  private void note(BufferedReader said, int most) throws IOException {
    int count = 0;
    String line = said.readLine();
    while (line != null) {
      note(line.split(" "));
      count++;
      line = count < most ? said.readLine() : null;
    }
  }

  /// The last line may be torn.
  private void note(String[] words) {
    if (words.length == 5 && words[4].equals("end")) {
      assertEquals("DISK", words[0]);
      long sequence = Long.parseLong(words[1]);
      highest = Math.max(highest, sequence);
      if (words[3].equals("false")) {
        promised.put(sequence, Integer.valueOf(words[2]));
      }
    }
  }
}
