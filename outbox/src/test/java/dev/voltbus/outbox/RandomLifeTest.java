package dev.voltbus.outbox;

import static dev.voltbus.outbox.Rig.append;
import static dev.voltbus.outbox.Rig.await;
import static dev.voltbus.outbox.Rig.readAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Lives of an outbox that nobody would think of: appends, acknowledgements, restarts, power cuts
/// and torn ends in any order, beside a map that says what must be there.
class RandomLifeTest {
  private static final int LIVES = Integer.getInteger("voltbus.outbox.lives", 3);
  private static final int EVENTS = 150;

  @TempDir private Path temp;
  private final Rig rig = new Rig();

  /// What is not acknowledged.
  private final TreeMap<Long, String> wanted = new TreeMap<>();

  /// What was ever stored; an acknowledged record may come again after a power cut.
  private final TreeMap<Long, String> stored = new TreeMap<>();

  private Random dice = new Random();
  private int images;

  @BeforeEach
  void seed() {
    long seed = Long.getLong("voltbus.test.seed", System.nanoTime());
    System.out.println("random lives: -Dvoltbus.test.seed=" + seed);
    dice = new Random(seed);
  }

  @AfterEach
  void close() throws Exception {
    rig.close();
  }

  @Test
  @Timeout(300)
  void nothingIsLostWhateverTheOrderOfEvents() throws Exception {
    for (int life = 0; life < LIVES; life++) {
      wanted.clear();
      stored.clear();
      Outbox outbox = rig.open(Rig.small(temp.resolve("life" + life)));
      for (int event = 0; event < EVENTS; event++) {
        outbox = live(outbox);
        assertEquals(wanted, read(outbox), "life " + life + ", event " + event);
        assertEquals(wanted.size(), outbox.statistics().records());
      }
      await(outbox.close());
    }
    assertEquals(List.of(), rig.told(OutboxEvent.Dropped.class));
  }

  private Outbox live(Outbox outbox) throws Exception {
    switch (dice.nextInt(10)) {
      case 0 -> acknowledgeUpTo(outbox);
      case 1, 2, 3 -> acknowledge(outbox);
      case 4 -> await(outbox.flush());
      case 5 -> {
        await(outbox.close());
        return rig.open(outbox.options());
      }
      case 6 -> {
        return cutPower(outbox);
      }
      default -> appendSome(outbox);
    }
    return outbox;
  }

  private void appendSome(Outbox outbox) throws Exception {
    for (int i = dice.nextInt(60); i >= 0; i--) {
      String text = "x".repeat(dice.nextInt(300)) + dice.nextInt();
      long sequence = append(outbox, text).sequence();
      assertTrue(stored.isEmpty() || sequence > stored.lastKey(), () -> sequence + " came before");
      wanted.put(sequence, text);
      stored.put(sequence, text);
    }
  }

  private void acknowledge(Outbox outbox) {
    List<Long> sequences = new ArrayList<>(wanted.keySet());
    for (int i = dice.nextInt(40); i >= 0 && !sequences.isEmpty(); i--) {
      long sequence = sequences.remove(dice.nextInt(sequences.size()));
      outbox.acknowledge(sequence);
      wanted.remove(sequence);
    }
  }

  private void acknowledgeUpTo(Outbox outbox) {
    if (!wanted.isEmpty()) {
      long last = wanted.firstKey() + dice.nextInt(200);
      outbox.acknowledgeUpTo(last);
      wanted.headMap(last, true).clear();
    }
  }

  /// Goes on with what the disk holds at this moment, sometimes with half a record behind it.
  private Outbox cutPower(Outbox outbox) throws Exception {
    Path folder = outbox.options().folder();
    Path image = Rig.image(folder, temp.resolve("image" + images++));
    await(outbox.close());
    if (dice.nextBoolean()) {
      Path newest = Rig.segments(image).getLast();
      byte[] torn = new byte[dice.nextInt(100)];
      dice.nextBytes(torn);
      Files.write(newest, torn, StandardOpenOption.APPEND);
    }
    Outbox after = rig.open(Rig.small(image));
    SortedMap<Long, String> found = read(after);
    assertTrue(found.keySet().containsAll(wanted.keySet()), "lost by a power cut");
    wanted.clear();
    wanted.putAll(found);
    found.forEach((sequence, text) -> assertEquals(stored.get(sequence), text));
    return after;
  }

  private static SortedMap<Long, String> read(Outbox outbox) throws Exception {
    TreeMap<Long, String> found = new TreeMap<>();
    for (OutboxRecord record : readAll(outbox)) {
      assertTrue(found.isEmpty() || record.sequence() > found.lastKey(), "out of order");
      found.put(record.sequence(), record.payload().toString());
    }
    return found;
  }
}
