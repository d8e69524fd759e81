package dev.voltbus.outbox;

import static dev.voltbus.outbox.Rig.append;
import static dev.voltbus.outbox.Rig.appendMany;
import static dev.voltbus.outbox.Rig.await;
import static dev.voltbus.outbox.Rig.numbered;
import static dev.voltbus.outbox.Rig.readAll;
import static dev.voltbus.outbox.Rig.texts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.outbox.OutboxEvent.Bound;
import dev.voltbus.outbox.OutboxEvent.Dropped;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is dropped is the oldest, and it is said how much.
class BoundsTest {
  private static final Duration DAY = Duration.ofDays(1);

  @TempDir private Path folder;
  private final Rig rig = new Rig();

  @AfterEach
  void close() throws Exception {
    rig.close();
  }

  private OutboxOptions oneDay() {
    return Rig.small(folder).withLongestAge(DAY);
  }

  @Test
  void oldestSegmentIsDroppedWhenTheFilesTakeTooMuch() throws Exception {
    Outbox outbox = rig.open(Rig.small(folder).withMostBytes(16 * 1024));
    appendMany(outbox, "r", 2000);
    List<String> left = texts(outbox);
    int dropped = 2000 - left.size();
    assertEquals(numbered("r", dropped + 1, 2000), left);
    assertTrue(outbox.statistics().bytes() <= 16 * 1024, outbox.statistics()::toString);
    assertTrue(left.size() > 200, left::toString);
    assertEquals(dropped, outbox.statistics().droppedRecords());
    assertEquals(dropped, rig.told(Dropped.class).stream().mapToLong(Dropped::records).sum());
  }

  @Test
  void whatIsDroppedIsSaidWithCountBytesAndTimes() throws Exception {
    Outbox outbox = rig.open(Rig.small(folder).withMostBytes(8192));
    String payload = "x".repeat(976);
    for (int i = 0; i < 9; i++) {
      append(outbox, payload);
      rig.time.advance(Duration.ofSeconds(1));
    }
    long start = TestingTime.NEW_YEAR;
    assertEquals(
        List.of(new Dropped(Bound.BYTES, 4, 4000, start, start + 3000)), rig.told(Dropped.class));
    assertEquals(4000, outbox.statistics().droppedBytes());
  }

  @Test
  void acknowledgedRecordsAreNotCountedAsDropped() throws Exception {
    Outbox outbox = rig.open(Rig.small(folder).withMostBytes(8192));
    String payload = "x".repeat(976);
    for (int i = 0; i < 8; i++) {
      append(outbox, payload);
    }
    outbox.acknowledge(2);
    append(outbox, payload);
    assertEquals(3, rig.told(Dropped.class).getFirst().records());
    assertEquals(List.of(5L, 6L, 7L, 8L, 9L), sequences(outbox));
  }

  // Even if nobody can say how large they were.
  @Test
  void recordsOfAFileThatVanishedAreCountedWhenTheirTurnComes() throws Exception {
    Outbox outbox = rig.open(Rig.small(folder).withMostBytes(8192));
    String payload = "x".repeat(976);
    for (int i = 0; i < 8; i++) {
      append(outbox, payload);
    }
    Files.delete(Rig.segments(folder).getFirst());
    append(outbox, payload);
    assertEquals(List.of(new Dropped(Bound.BYTES, 4, 0, 0, 0)), rig.told(Dropped.class));
  }

  private static List<Long> sequences(Outbox outbox) throws Exception {
    return readAll(outbox).stream().map(OutboxRecord::sequence).toList();
  }

  // Age counts for each record, also when newer ones are in the same file.
  @Test
  void recordsOlderThanTheBoundAreDropped() throws Exception {
    Outbox outbox = rig.open(oneDay());
    append(outbox, "a");
    append(outbox, "b");
    rig.time.advance(DAY.minusSeconds(1));
    append(outbox, "c");
    await(outbox.flush());
    assertEquals(List.of("a", "b", "c"), texts(outbox));
    rig.time.advance(Duration.ofSeconds(2));
    await(outbox.flush());
    assertEquals(List.of("c"), texts(outbox));
    long start = TestingTime.NEW_YEAR;
    assertEquals(List.of(new Dropped(Bound.AGE, 2, 50, start, start)), rig.told(Dropped.class));
  }

  @Test
  void ageIsCountedOverARestart() throws Exception {
    await(openWith("a").close());
    rig.time.advance(DAY.plusSeconds(1));
    assertEquals(0, rig.open(oneDay()).statistics().records());
    assertEquals(1, rig.told(Dropped.class).getFirst().records());
  }

  private Outbox openWith(String text) throws Exception {
    Outbox outbox = rig.open(oneDay());
    append(outbox, text);
    return outbox;
  }

  // A board without a clock of its own starts in the past and is set right by the network.
  @Test
  void settingTheWallClockDropsNothing() throws Exception {
    Outbox outbox = openWith("a");
    rig.time.setWall(Duration.ofDays(365));
    await(outbox.flush());
    rig.time.setWall(Duration.ofDays(-700));
    append(outbox, "b");
    await(outbox.flush());
    assertEquals(List.of("a", "b"), texts(outbox));
    outbox.acknowledge(1);
    await(outbox.flush());
    assertEquals(List.of("b"), texts(outbox));
    assertEquals(List.of(), rig.events);
  }

  @Test
  void memoryIsBoundedToo() throws Exception {
    Path notAFolder = Files.writeString(folder.resolve("file"), "");
    Outbox outbox = rig.open(Rig.small(notAFolder.resolve("outbox")));
    appendMany(outbox, "r", 2000);
    List<String> left = texts(outbox);
    int dropped = 2000 - left.size();
    assertEquals(numbered("r", dropped + 1, 2000), left);
    assertTrue(outbox.statistics().bytes() <= 16 * 1024, outbox.statistics()::toString);
    assertTrue(left.size() > 200, left::toString);
    assertEquals(Bound.MEMORY, rig.told(Dropped.class).getFirst().bound());
    assertEquals(dropped, outbox.statistics().droppedRecords());
  }
}
