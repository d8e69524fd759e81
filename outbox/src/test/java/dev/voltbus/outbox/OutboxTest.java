package dev.voltbus.outbox;

import static dev.voltbus.outbox.Rig.append;
import static dev.voltbus.outbox.Rig.appendMany;
import static dev.voltbus.outbox.Rig.await;
import static dev.voltbus.outbox.Rig.failure;
import static dev.voltbus.outbox.Rig.numbered;
import static dev.voltbus.outbox.Rig.readAll;
import static dev.voltbus.outbox.Rig.texts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.outbox.Stored.Grade;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutboxTest {
  @TempDir private Path temp;
  private Path folder = Path.of("");
  private Rig rig = new Rig();

  @BeforeEach
  void chooseFolder() {
    folder = temp.resolve("outbox");
  }

  @AfterEach
  void close() throws Exception {
    rig.close();
  }

  private Outbox open() throws Exception {
    return rig.open(Rig.small(folder));
  }

  private Outbox reopen(Outbox outbox) throws Exception {
    await(outbox.close());
    return open();
  }

  @Test
  void whatWasAppendedIsReadWithItsSequenceAndTime() throws Exception {
    Outbox outbox = open();
    assertEquals(new Stored(1, Grade.DISK), append(outbox, "one"));
    rig.time.advance(Duration.ofSeconds(3));
    append(outbox, "");
    List<OutboxRecord> records = await(outbox.read(0, 10));
    assertEquals(List.of("one", ""), texts(outbox));
    assertEquals(List.of(1L, 2L), records.stream().map(OutboxRecord::sequence).toList());
    assertEquals(TestingTime.NEW_YEAR + 3000, records.getLast().timeMillis());
  }

  // The caller goes on with its buffer, and so does a reader.
  @Test
  void laterChangesOfABufferDoNotReachTheRecord() throws Exception {
    Outbox outbox = open();
    Buffer payload = Buffer.buffer("before");
    var stored = outbox.append(payload);
    payload.setString(0, "after!");
    await(stored);
    OutboxRecord record = readAll(outbox).getFirst();
    record.payload().setString(0, "xxxxxx");
    assertEquals("before", record.payload().toString());
  }

  @Test
  void orderIsKeptOverSegmentsAndRestart() throws Exception {
    Outbox outbox = open();
    appendMany(outbox, "a", 500);
    assertTrue(Rig.segments(folder).size() > 3);
    outbox = reopen(outbox);
    appendMany(outbox, "b", 500);
    assertEquals(
        Stream.concat(numbered("a", 1, 500).stream(), numbered("b", 1, 500).stream()).toList(),
        texts(outbox));
  }

  @Test
  void readGoesOnBehindTheSequenceGiven() throws Exception {
    Outbox outbox = open();
    appendMany(outbox, "r", 300);
    assertEquals(1, await(outbox.read(0, 1)).getFirst().sequence());
    assertEquals(251, await(outbox.read(250, 1)).getFirst().sequence());
    assertEquals(List.of(), await(outbox.read(300, 1)));
    assertEquals(List.of(), await(outbox.read(Long.MAX_VALUE, 1)));
  }

  // PUBACKs come in order per topic only.
  @Test
  void acknowledgedRecordsAreNotReadAgainInWhateverOrderTheyCome() throws Exception {
    Outbox outbox = open();
    appendMany(outbox, "r", 9);
    for (long sequence : List.of(8, 2, 2, 5)) {
      outbox.acknowledge(sequence);
    }
    outbox.acknowledge(77);
    assertEquals(List.of("r1", "r3", "r4", "r6", "r7", "r9"), texts(outbox));
    outbox.acknowledgeUpTo(6);
    assertEquals(List.of("r7", "r9"), texts(outbox));
    assertEquals(2, outbox.statistics().records());
  }

  @Test
  void acknowledgementsSurviveARestart() throws Exception {
    Outbox outbox = open();
    appendMany(outbox, "r", 600);
    outbox.acknowledgeUpTo(250);
    outbox.acknowledge(400);
    outbox = reopen(outbox);
    List<String> expected =
        Stream.concat(numbered("r", 251, 399).stream(), numbered("r", 401, 600).stream()).toList();
    assertEquals(expected, texts(outbox));
    assertEquals(349, outbox.statistics().records());
  }

  // Repetition is allowed after a crash, loss is not.
  @Test
  void acknowledgementsThatWereNotSavedMakeRecordsComeAgain() throws Exception {
    Outbox outbox = open();
    appendMany(outbox, "r", 5);
    outbox.acknowledge(1);
    await(outbox.flush());
    outbox.acknowledge(2);
    Outbox after = rig.open(Rig.small(Rig.image(folder, temp.resolve("image"))));
    assertEquals(numbered("r", 2, 5), texts(after));
  }

  @Test
  void segmentWhoseRecordsAreAllAcknowledgedIsDeleted() throws Exception {
    Outbox outbox = open();
    appendMany(outbox, "r", 600);
    int before = Rig.segments(folder).size();
    outbox.acknowledgeUpTo(400);
    await(outbox.flush());
    assertEquals(before - 2, Rig.segments(folder).size());
    assertEquals(numbered("r", 401, 600), texts(outbox));
  }

  // A sequence that comes twice would be acknowledged by the first one's acknowledgement.
  @Test
  void sequencesGoOnAfterARestartEvenWhenNothingIsLeft() throws Exception {
    Outbox outbox = open();
    appendMany(outbox, "r", 300);
    outbox.acknowledgeUpTo(300);
    for (int restart = 0; restart < 3; restart++) {
      outbox = reopen(outbox);
      assertEquals(List.of(), texts(outbox));
    }
    assertEquals(301, append(outbox, "next").sequence());
    assertEquals(1, Rig.segments(folder).size());
  }

  @Test
  void manyAppendsShareOneWriteToTheDisk() throws Exception {
    Outbox outbox = rig.open(OutboxOptions.of(folder));
    appendMany(outbox, "r", 20_000);
    long commits = outbox.statistics().commits();
    assertTrue(commits < 10_000, () -> commits + " writes");
  }

  @Test
  void secondOpenerIsRefusedUntilTheFirstHasClosed() throws Exception {
    Outbox first = open();
    OutboxLockedException refusal =
        failure(
            OutboxLockedException.class,
            Outbox.open(rig.vertx, Rig.small(folder), rig.time, rig.events::add));
    assertEquals(
        "outbox "
            + folder
            + ": in use by another process or part of this one; stop that, or configure another"
            + " folder",
        refusal.getMessage());
    append(reopen(first), "free again");
  }

  @Test
  void closedOutboxRefusesAndClosesOnlyOnce() throws Exception {
    Outbox outbox = open();
    var waiting = outbox.append(Buffer.buffer("still taken"));
    var closed = outbox.close();
    assertEquals(closed, outbox.close());
    await(closed);
    assertEquals(Grade.DISK, await(waiting).grade());
    failure(OutboxClosedException.class, outbox.append(Buffer.buffer("late")));
    failure(OutboxClosedException.class, outbox.read(0, 1));
    assertEquals(List.of("still taken"), texts(open()));
  }

  @Test
  void payloadThatFitsNoSegmentIsAMistake() throws Exception {
    Outbox outbox = open();
    int most = outbox.options().largestPayload();
    assertEquals(Grade.DISK, append(outbox, "x".repeat(most)).grade());
    assertThrows(IllegalArgumentException.class, () -> append(outbox, "x".repeat(most + 1)));
    assertThrows(IllegalArgumentException.class, () -> outbox.read(-1, 1));
    assertThrows(IllegalArgumentException.class, () -> outbox.read(0, 0));
  }

  // A record longer than the write buffer takes another way to the disk.
  @Test
  void longRecordsAreReadBack() throws Exception {
    Outbox outbox = rig.open(OutboxOptions.of(folder));
    List<String> long3 = Stream.of("a", "b", "c").map(text -> text.repeat(700_000)).toList();
    for (String text : long3) {
      append(outbox, text);
    }
    assertEquals(2, await(outbox.read(0, 3)).size());
    assertEquals(long3, texts(outbox));
    await(outbox.close());
    assertEquals(long3, texts(rig.open(OutboxOptions.of(folder))));
  }

  // Payloads may be private.
  @Test
  void nobodyElseMayReadTheFiles() throws Exception {
    Outbox outbox = open();
    append(outbox, "private");
    append(outbox, "private");
    outbox.acknowledge(1);
    await(outbox.flush());
    assertEquals("rwx------", mode(folder));
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> all = files.toList();
      assertEquals(3, all.size(), all::toString);
      for (Path file : all) {
        assertEquals("rw-------", mode(file));
      }
    }
  }

  private static String mode(Path path) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void statisticsSayHowMuchWaitsAndSinceWhen() throws Exception {
    Outbox outbox = open();
    append(outbox, "old");
    rig.time.advance(Duration.ofMinutes(5));
    append(outbox, "new");
    await(outbox.flush());
    assertEquals(2, outbox.statistics().records());
    assertEquals(Duration.ofMinutes(5), outbox.statistics().oldestAge());
    assertEquals(new DiskState.OnDisk(), outbox.statistics().disk());
    outbox.acknowledge(1);
    await(outbox.flush());
    assertEquals(Duration.ZERO, outbox.statistics().oldestAge());
    assertEquals(Files.size(Rig.segments(folder).getFirst()), outbox.statistics().bytes());
  }
}
