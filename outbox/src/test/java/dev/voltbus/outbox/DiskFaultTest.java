package dev.voltbus.outbox;

import static dev.voltbus.outbox.Rig.append;
import static dev.voltbus.outbox.Rig.appendMany;
import static dev.voltbus.outbox.Rig.await;
import static dev.voltbus.outbox.Rig.failure;
import static dev.voltbus.outbox.Rig.numbered;
import static dev.voltbus.outbox.Rig.texts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.outbox.DiskState.InMemory;
import dev.voltbus.outbox.DiskState.OnDisk;
import dev.voltbus.outbox.OutboxEvent.DiskChanged;
import dev.voltbus.outbox.OutboxEvent.Dropped;
import dev.voltbus.outbox.Stored.Grade;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A disk that does not work costs the grade of an acknowledgement, not the record.
class DiskFaultTest {
  @TempDir private Path temp;
  private final Rig rig = new Rig();

  @AfterEach
  void close() throws Exception {
    rig.close();
  }

  private void nextRetry(Outbox outbox) throws Exception {
    rig.time.advance(Duration.ofMinutes(1));
    await(outbox.flush());
  }

  private String reason() {
    DiskState state = rig.told(DiskChanged.class).getLast().state();
    return assertInstanceOf(InMemory.class, state).reason();
  }

  @Test
  void fullDiskIsBridgedInMemory() throws Exception {
    try (TestingTmpfs disk = TestingTmpfs.mount(temp)) {
      Path filler = Files.write(disk.folder().resolve("filler"), new byte[230 * 1024]);
      Outbox outbox = rig.open(Rig.small(disk.folder().resolve("box")));
      List<Stored> stored = appendMany(outbox, "r", 1000);
      assertEquals(Grade.DISK, stored.getFirst().grade());
      assertEquals(Grade.MEMORY, stored.getLast().grade());
      assertEquals(1, rig.told(DiskChanged.class).size());
      assertTrue(reason().contains("No space left"), this::reason);
      Files.delete(filler);
      nextRetry(outbox);
      assertEquals(new DiskChanged(new OnDisk()), rig.told(DiskChanged.class).getLast());
      assertEquals(Grade.DISK, append(outbox, "r1001").grade());
      int dropped = (int) outbox.statistics().droppedRecords();
      assertEquals(1001 - dropped, texts(outbox).size());
      List<String> before = texts(outbox);
      await(outbox.close());
      assertEquals(before, texts(rig.open(Rig.small(disk.folder().resolve("box")))));
      rig.close();
    }
  }

  @Test
  void recordsInMemoryAreReadAndAcknowledgedLikeOthers() throws Exception {
    try (TestingTmpfs disk = TestingTmpfs.mount(temp)) {
      Path box = disk.folder().resolve("box");
      Path filler = Files.write(disk.folder().resolve("filler"), new byte[240 * 1024]);
      Outbox outbox = rig.open(Rig.small(box).withMemoryBytes(1 << 20));
      appendMany(outbox, "r", 1000);
      assertEquals(numbered("r", 1, 1000), texts(outbox));
      outbox.acknowledgeUpTo(990);
      outbox.acknowledge(995);
      List<String> left = new ArrayList<>(numbered("r", 991, 1000));
      left.remove("r995");
      assertEquals(left, texts(outbox));
      Files.delete(filler);
      nextRetry(outbox);
      assertEquals(left, texts(outbox));
      await(outbox.close());
      assertEquals(left, texts(rig.open(Rig.small(box))));
      rig.close();
    }
  }

  // What is in memory just fits the disk, and no new file after it.
  @Test
  void diskThatGetsFullAgainWhileMemoryMovesThereLosesNothing() throws Exception {
    try (TestingTmpfs disk = TestingTmpfs.mount(temp)) {
      Path box = disk.folder().resolve("box");
      Outbox outbox = rig.open(Rig.small(box));
      Path page = Files.write(disk.folder().resolve("page"), new byte[4096]);
      Path filler = Files.write(disk.folder().resolve("filler"), new byte[62 * 4096]);
      appendMany(outbox, "r", 200);
      assertTrue(reason().contains("No space left"), this::reason);
      Files.delete(page);
      nextRetry(outbox);
      assertEquals(2, Rig.segments(box).stream().filter(DiskFaultTest::hasRecords).count());
      assertEquals(Grade.MEMORY, append(outbox, "r201").grade());
      assertEquals(numbered("r", 1, 201), texts(outbox));
      Files.delete(filler);
      nextRetry(outbox);
      await(outbox.close());
      assertEquals(numbered("r", 1, 201), texts(rig.open(Rig.small(box))));
      rig.close();
    }
  }

  private static boolean hasRecords(Path segment) {
    return segment.toFile().length() > SegmentFormat.HEADER;
  }

  // A disk that comes and goes must not fill the log as well.
  @Test
  void diskThatFailsAgainAtOnceIsTriedMoreAndMoreSeldom() throws Exception {
    Path box = temp.resolve("box");
    Outbox outbox = rig.open(Rig.small(box));
    List<Integer> pauses = new ArrayList<>();
    for (int fault = 0; fault < 9; fault++) {
      if (fault == 8) {
        rig.time.advance(Duration.ofMinutes(2));
      }
      failOnce(outbox, box);
      pauses.add(secondsUntilOnDisk(outbox));
    }
    assertEquals(List.of(1, 2, 4, 8, 16, 32, 60, 60, 1), pauses);
    assertEquals(9, texts(outbox).size());
  }

  private void failOnce(Outbox outbox, Path box) throws Exception {
    append(outbox, "kept");
    Stored given = append(outbox, "given");
    Path away = Files.move(box, temp.resolve("away"));
    outbox.acknowledge(given.sequence());
    await(outbox.flush());
    assertTrue(reason().contains("NoSuchFile"), this::reason);
    Files.move(away, box);
  }

  private int secondsUntilOnDisk(Outbox outbox) throws Exception {
    int seconds = 0;
    while (outbox.statistics().disk() instanceof InMemory) {
      rig.time.advance(Duration.ofSeconds(1));
      await(outbox.flush());
      seconds++;
    }
    return seconds;
  }

  @Test
  void readOnlyDiskIsBridgedFromTheStart() throws Exception {
    try (TestingTmpfs disk = TestingTmpfs.mount(temp)) {
      OutboxOptions options = Rig.small(disk.folder().resolve("box"));
      Outbox before = rig.open(options);
      appendMany(before, "old", 3);
      await(before.close());
      disk.makeReadOnly();
      Outbox outbox = rig.open(options);
      assertTrue(reason().contains("Read-only file system"), this::reason);
      assertEquals(Grade.MEMORY, append(outbox, "new1").grade());
      disk.makeWritable();
      nextRetry(outbox);
      assertEquals(Grade.DISK, append(outbox, "new2").grade());
      assertEquals(List.of("old1", "old2", "old3", "new1", "new2"), texts(outbox));
      rig.close();
    }
  }

  // The same without root: the folder cannot be created.
  @Test
  void folderThatComesLaterTakesWhatWaitsInMemory() throws Exception {
    Path obstacle = Files.writeString(temp.resolve("obstacle"), "");
    Outbox outbox = rig.open(Rig.small(obstacle.resolve("box")));
    assertEquals(Grade.MEMORY, append(outbox, "a").grade());
    assertEquals(1, rig.told(DiskChanged.class).size());
    nextRetry(outbox);
    assertEquals(1, rig.told(DiskChanged.class).size());
    Files.delete(obstacle);
    nextRetry(outbox);
    assertEquals(Grade.DISK, append(outbox, "b").grade());
    await(outbox.close());
    assertEquals(List.of("a", "b"), texts(rig.open(Rig.small(obstacle.resolve("box")))));
  }

  // Two outboxes that both began in memory: the second must not write between the first one's
  // files.
  @Test
  void folderThatSomebodyElseOpenedMeanwhileIsNotTouched() throws Exception {
    Path obstacle = Files.writeString(temp.resolve("obstacle"), "");
    OutboxOptions options = Rig.small(obstacle.resolve("box"));
    Outbox outbox = rig.open(options);
    append(outbox, "a");
    Files.delete(obstacle);
    Outbox other = rig.open(options);
    append(other, "b");
    nextRetry(outbox);
    assertTrue(reason().contains("in use by another process"), this::reason);
    assertEquals(Grade.MEMORY, append(outbox, "c").grade());
    await(other.close());
    nextRetry(outbox);
    nextRetry(outbox);
    assertEquals(List.of("b", "a", "c"), texts(outbox));
  }

  @Test
  void whatIsInMemoryAtTheEndIsSaidToBeDropped() throws Exception {
    Path obstacle = Files.writeString(temp.resolve("obstacle"), "");
    Outbox outbox = rig.open(Rig.small(obstacle.resolve("box")));
    appendMany(outbox, "r", 3);
    await(outbox.close());
    assertEquals(3, rig.told(Dropped.class).getFirst().records());
    assertEquals(OutboxEvent.Bound.MEMORY, rig.told(Dropped.class).getFirst().bound());
  }

  @Test
  void closingTriesTheDiskOnceMore() throws Exception {
    Path obstacle = Files.writeString(temp.resolve("obstacle"), "");
    Outbox outbox = rig.open(Rig.small(obstacle.resolve("box")));
    appendMany(outbox, "r", 3);
    Files.delete(obstacle);
    await(outbox.close());
    assertEquals(List.of(), rig.told(Dropped.class));
    assertEquals(numbered("r", 1, 3), texts(rig.open(Rig.small(obstacle.resolve("box")))));
  }

  // The clock was set back between two starts without a disk: what is in memory has lower sequences
  // than the files. Written down, it would be taken for older than it is.
  @Test
  void recordsThatWouldComeBeforeThoseOnDiskStayInMemory() throws Exception {
    Path obstacle = temp.resolve("obstacle");
    OutboxOptions options = Rig.small(obstacle.resolve("box"));
    for (int start = 0; start < 2; start++) {
      Path moved = temp.resolve("moved");
      if (start > 0) {
        Files.move(obstacle, moved);
      }
      Files.writeString(obstacle, "");
      Outbox outbox = rig.open(options);
      append(outbox, "start" + start);
      Files.delete(obstacle);
      if (start > 0) {
        Files.move(moved, obstacle);
      }
      nextRetry(outbox);
      if (start > 0) {
        assertTrue(reason().contains("those in memory begin with"), this::reason);
        assertEquals(List.of("start1"), texts(outbox));
      }
      await(outbox.close());
      rig.time.setWall(Duration.ofDays(-1));
    }
    assertEquals(List.of("start0"), texts(rig.open(options)));
    assertEquals(1, rig.told(Dropped.class).getLast().records());
  }

  // A disk that gives errors may be pulled and plugged in again, so nothing is given up by itself.
  @Test
  void recordsThatCannotBeReadArePassedOverOnDemandOnly() throws Exception {
    Path box = temp.resolve("box");
    Outbox outbox = rig.open(Rig.small(box));
    appendMany(outbox, "r", 300);
    Path gone = Rig.segments(box).get(1);
    Path elsewhere = Files.move(gone, temp.resolve("elsewhere"));
    List<OutboxRecord> before = await(outbox.read(0, 1000));
    OutboxReadException fault =
        failure(OutboxReadException.class, outbox.read(before.getLast().sequence(), 1000));
    assertTrue(fault.getMessage().contains("cannot be read"), fault::getMessage);
    List<OutboxRecord> behind = await(outbox.read(fault.last(), 1000));
    assertEquals(fault.last() + 1, behind.getFirst().sequence());
    Files.move(elsewhere, gone);
    assertEquals(numbered("r", 1, 300), texts(outbox));
  }
}
