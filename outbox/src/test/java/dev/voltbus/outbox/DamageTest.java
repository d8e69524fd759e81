package dev.voltbus.outbox;

import static dev.voltbus.outbox.Rig.append;
import static dev.voltbus.outbox.Rig.appendMany;
import static dev.voltbus.outbox.Rig.await;
import static dev.voltbus.outbox.Rig.numbered;
import static dev.voltbus.outbox.Rig.texts;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.outbox.OutboxEvent.Damaged;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whatever the files look like, opening succeeds, what is whole is kept, and what is not is said.
class DamageTest {
  private static final int RECORD = SegmentFormat.RECORD_HEADER + "r1".length();

  @TempDir private Path temp;
  private final Rig rig = new Rig();
  private int images;

  @AfterEach
  void close() throws Exception {
    rig.close();
  }

  /// Records r1 to r5 in one segment, as a crash leaves them.
  private Path five() throws Exception {
    Path folder = temp.resolve("five");
    Outbox outbox = rig.open(Rig.small(folder));
    appendMany(outbox, "r", 5);
    return folder;
  }

  private Path image(Path folder) throws Exception {
    return Rig.image(folder, temp.resolve("image" + images++));
  }

  private static Path only(Path folder) throws Exception {
    List<Path> all = Rig.segments(folder);
    assertEquals(1, all.size(), all::toString);
    return all.getFirst();
  }

  private List<String> recovered(Path folder) throws Exception {
    rig.events.clear();
    Outbox outbox = rig.open(Rig.small(folder));
    List<String> texts = texts(outbox);
    await(outbox.close());
    return texts;
  }

  @Test
  void fileCutAtEachByteOfTheLastRecordKeepsAllBefore() throws Exception {
    Path whole = five();
    byte[] bytes = Files.readAllBytes(only(whole));
    for (int cut = 0; cut < RECORD; cut++) {
      Path folder = image(whole);
      int length = bytes.length - RECORD + cut;
      Files.write(only(folder), Arrays.copyOf(bytes, length));
      assertEquals(numbered("r", 1, 4), recovered(folder), "cut behind byte " + cut);
      assertEquals(cut, rig.told(Damaged.class).stream().mapToLong(Damaged::bytes).sum());
    }
  }

  @Test
  void flippedByteCostsTheRecordItIsInAndNoOther() throws Exception {
    Path whole = five();
    byte[] bytes = Files.readAllBytes(only(whole));
    for (int at = SegmentFormat.HEADER; at < bytes.length; at++) {
      Path folder = image(whole);
      byte[] flipped = bytes.clone();
      flipped[at] ^= (byte) 0xFF;
      Files.write(only(folder), flipped);
      List<String> expected = new ArrayList<>(numbered("r", 1, 5));
      expected.remove((at - SegmentFormat.HEADER) / RECORD);
      assertEquals(expected, recovered(folder), "byte " + at);
      assertEquals(1, rig.told(Damaged.class).size(), "byte " + at);
      assertEquals(RECORD, rig.told(Damaged.class).getFirst().bytes());
    }
  }

  // One bit is the least that can be wrong, and a checksum must see each.
  @Test
  void eachSingleBitOfARecordIsGuarded() throws Exception {
    Path whole = five();
    byte[] bytes = Files.readAllBytes(only(whole));
    Path folder = image(whole);
    Path file = only(folder);
    int from = SegmentFormat.HEADER + RECORD;
    for (int bit = 0; bit < RECORD * Byte.SIZE; bit++) {
      byte[] flipped = bytes.clone();
      flipped[from + bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      Files.write(file, flipped);
      assertEquals(List.of(1L, 3L, 4L, 5L), walk(file), "bit " + bit);
    }
  }

  private static List<Long> walk(Path file) throws Exception {
    List<Long> found = new ArrayList<>();
    try (RecordWalk walk = RecordWalk.open(file, SegmentFormat.HEADER, 1)) {
      for (OutboxRecord each = walk.next(); each != null; each = walk.next()) {
        found.add(each.sequence());
      }
    }
    return found;
  }

  @Test
  void damageIsSaidOnceAndNotAtEachStart() throws Exception {
    Path folder = image(five());
    byte[] bytes = Files.readAllBytes(only(folder));
    bytes[SegmentFormat.HEADER + 2 * RECORD] ^= 1;
    Files.write(only(folder), bytes);
    assertEquals(List.of("r1", "r2", "r4", "r5"), recovered(folder));
    String name = "00000000000000000001.segment";
    assertEquals(List.of(new Damaged(name, 1, RECORD, "broken records left out")), rig.events);
    assertEquals(List.of("r1", "r2", "r4", "r5"), recovered(folder));
    assertEquals(List.of(), rig.events);
  }

  @Test
  void brokenHeaderOfASegmentCostsNoRecord() throws Exception {
    Path whole = five();
    byte[] bytes = Files.readAllBytes(only(whole));
    for (int at = 0; at < SegmentFormat.HEADER; at++) {
      Path folder = image(whole);
      byte[] flipped = bytes.clone();
      flipped[at] ^= (byte) 0xFF;
      Files.write(only(folder), flipped);
      assertEquals(numbered("r", 1, 5), recovered(folder), "byte " + at);
    }
  }

  // Some file systems fill the end with zeros after a power cut.
  @Test
  void zerosAtTheEndAreCutOff() throws Exception {
    Path folder = image(five());
    Path file = only(folder);
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length + 5000));
    assertEquals(numbered("r", 1, 5), recovered(folder));
    assertEquals(5000, rig.told(Damaged.class).getFirst().bytes());
    assertEquals(bytes.length, Files.size(file));
  }

  // An acknowledgement of a record that was lost must not hit the one that comes in its place.
  @Test
  void sequenceOfALostRecordIsNotGivenAgainOnceItWasAcknowledged() throws Exception {
    Path origin = temp.resolve("origin");
    Outbox outbox = rig.open(Rig.small(origin));
    appendMany(outbox, "r", 5);
    outbox.acknowledge(5);
    await(outbox.flush());
    Path folder = image(origin);
    byte[] bytes = Files.readAllBytes(only(folder));
    Files.write(only(folder), Arrays.copyOf(bytes, bytes.length - 1));
    Outbox again = rig.open(Rig.small(folder));
    assertEquals(6, append(again, "new").sequence());
    await(again.close());
    assertEquals(List.of("r1", "r2", "r3", "r4", "new"), recovered(folder));
  }

  // Bytes that a fault left behind the last good record of a file; the same sequences went to
  // memory
  // and from there to the next file.
  @Test
  void nextFileIsRightWhereTwoFilesHaveTheSameSequences() throws Exception {
    Path folder = image(five());
    ByteBuffer next = ByteBuffer.allocate(100);
    SegmentFormat.putHeader(next, 4);
    SegmentFormat.putRecord(next, new OutboxRecord(4, 0, new byte[] {'n'}));
    Files.write(
        folder.resolve("00000000000000000004.segment"),
        Arrays.copyOf(next.array(), next.position()));
    assertEquals(List.of("r1", "r2", "r3"), recovered(folder).subList(0, 3));
    assertEquals(List.of("r1", "r2", "r3", "n"), recovered(folder));
  }

  private Path several() throws Exception {
    Path folder = temp.resolve("several");
    Outbox outbox = rig.open(Rig.small(folder));
    appendMany(outbox, "r", 600);
    return folder;
  }

  @Test
  void segmentOfGarbageCostsItsOwnRecordsOnly() throws Exception {
    Path folder = image(several());
    List<Path> files = Rig.segments(folder);
    Path second = files.get(1);
    byte[] garbage = new byte[(int) Files.size(second)];
    Arrays.fill(garbage, (byte) 0x56);
    Files.write(second, garbage);
    int from = number(second);
    int to = number(files.get(2));
    List<String> expected = new ArrayList<>(numbered("r", 1, from - 1));
    expected.addAll(numbered("r", to, 600));
    assertEquals(expected, recovered(folder));
    assertTrue(rig.told(Damaged.class).getFirst().bytes() > 4000, rig.events::toString);
  }

  private static int number(Path segment) {
    return Integer.parseInt(segment.getFileName().toString().substring(0, 20));
  }

  @Test
  void segmentThatIsMissingOrEmptyCostsItsOwnRecordsOnly() throws Exception {
    Path folder = image(several());
    List<Path> files = Rig.segments(folder);
    Files.delete(files.get(1));
    Files.write(files.get(2), new byte[0]);
    List<String> expected = new ArrayList<>(numbered("r", 1, number(files.get(1)) - 1));
    expected.addAll(numbered("r", number(files.get(3)), 600));
    assertEquals(expected, recovered(folder));
  }

  // Somebody tidies up by hand, and takes the segments but not what belongs to them.
  @Test
  void acknowledgementsOfAnotherSegmentDoNotCount() throws Exception {
    Path origin = temp.resolve("origin");
    Outbox outbox = rig.open(Rig.small(origin));
    appendMany(outbox, "r", 5);
    outbox.acknowledgeUpTo(4);
    await(outbox.flush());
    Path folder = image(origin);
    Files.delete(only(folder));
    Outbox again = rig.open(Rig.small(folder));
    appendMany(again, "new", 3);
    await(again.close());
    assertEquals(numbered("new", 1, 3), recovered(folder));
  }

  @Test
  void brokenAcknowledgementsMakeRecordsComeAgain() throws Exception {
    Path origin = temp.resolve("origin");
    Outbox outbox = rig.open(Rig.small(origin));
    appendMany(outbox, "r", 5);
    outbox.acknowledge(2);
    await(outbox.flush());
    byte[] bytes = Files.readAllBytes(origin.resolve("00000000000000000001.acknowledged"));
    for (int at = 0; at < bytes.length; at++) {
      Path folder = image(origin);
      byte[] flipped = bytes.clone();
      flipped[at] ^= (byte) 0xFF;
      Files.write(folder.resolve("00000000000000000001.acknowledged"), flipped);
      assertEquals(numbered("r", 1, 5), recovered(folder), "byte " + at);
      assertEquals(1, rig.told(Damaged.class).size(), "byte " + at);
    }
  }

  // After a step back to an older release nothing of the newer one is touched.
  @Test
  void segmentOfALaterReleaseIsLeftAlone() throws Exception {
    Path folder = image(five());
    Path file = only(folder);
    byte[] bytes = Files.readAllBytes(file);
    bytes[4] = 2;
    ByteBuffer header = ByteBuffer.wrap(bytes);
    header.putInt(16, SegmentFormat.checksum(header, 0, 16));
    Files.write(file, bytes);
    Outbox outbox = rig.open(Rig.small(folder));
    append(outbox, "new");
    await(outbox.close());
    assertEquals(List.of("new"), recovered(folder));
    assertEquals(
        "written by a later release, left alone", rig.told(Damaged.class).getFirst().reason());
    assertArrayEquals(bytes, Files.readAllBytes(file));
  }

  @Test
  void foreignFilesAreLeftAlone() throws Exception {
    Path folder = image(five());
    for (String name : List.of("readme", "1.segment", "99999999999999999999.segment")) {
      Files.writeString(folder.resolve(name), "mine");
    }
    assertEquals(numbered("r", 1, 5), recovered(folder));
    assertEquals("mine", Files.readString(folder.resolve("99999999999999999999.segment")));
  }

  @Test
  void damageThatComesWhileTheOutboxIsOpenIsSaid() throws Exception {
    Path folder = temp.resolve("open");
    Outbox outbox = rig.open(Rig.small(folder));
    appendMany(outbox, "r", 5);
    byte[] bytes = Files.readAllBytes(only(folder));
    bytes[SegmentFormat.HEADER + 2 * RECORD] ^= 1;
    Files.write(only(folder), bytes);
    assertEquals(List.of("r1", "r2", "r4", "r5"), texts(outbox));
    assertEquals(1, outbox.statistics().lostRecords());
    assertEquals(4, outbox.statistics().records());
  }
}
