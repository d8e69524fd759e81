package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.DevicePoll;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.ReadLimits;
import dev.voltbus.contract.RegisterBlock;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.RegisterTable;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.WireType;
import dev.voltbus.deploy.MirroredDevice.Shown;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class MirroredDeviceTest {
  private static final long SECOND = 1_000_000_000L;
  private static final Shown TOO_OLD = new Shown.TooOld();

  private final MirroredDevice device = new MirroredDevice(device());
  private long sequence;

  /// Registers 10..13 of a device; a poll is good for four seconds.
  private static Device device() {
    List<RegisterSpec> rows =
        List.of(
            RegisterSpec.of("a", WireSource.holding(10, WireType.U16)),
            RegisterSpec.of("b", WireSource.holding(11, WireType.U16)),
            RegisterSpec.of("c", WireSource.holding(12, WireType.U32)));
    PollGroup group = PollGroup.every(RegisterSpec.DEFAULT_GROUP, Duration.ofSeconds(1));
    return new Device(
        "bms-1", "bms", 1, new RegisterMap("x", rows, List.of(group), ReadLimits.MODBUS));
  }

  private boolean poll(long token, long epoch, long number, long at, RegisterBlock... blocks) {
    return device.accept(
        new DevicePoll("bms-1", "default", token, epoch, number, 100, 3000, 4000, List.of(blocks)),
        at);
  }

  private void poll(long at, RegisterBlock... blocks) {
    assertTrue(poll(1, 1, ++sequence, at, blocks));
  }

  private static RegisterBlock words(int address, int... words) {
    short[] block = new short[words.length];
    for (int i = 0; i < words.length; i++) {
      block[i] = (short) words[i];
    }
    return RegisterBlock.read(RegisterTable.HOLDING, address, block, 1);
  }

  private static RegisterBlock failed(int address, int count) {
    return RegisterBlock.failed(
        RegisterTable.HOLDING, address, count, QualityReason.NO_ANSWER, "silent");
  }

  private Shown holding(int address, int count, long now) {
    return device.show(RegisterTable.HOLDING, address, count, now);
  }

  private static Shown fresh(Integer... words) {
    return new Shown.Fresh(List.of(words));
  }

  @Test
  void wordsOfSeveralBlocksAreShownAsOne() {
    poll(0, words(10, 7, 65_535), words(12, 3, 4));
    assertEquals(fresh(7, 65_535, 3, 4), holding(10, 4, SECOND));
    assertEquals(fresh(65_535, 3), holding(11, 2, SECOND));
  }

  @Test
  void wordsThatWereNeverReadAreNotInvented() {
    assertEquals(TOO_OLD, holding(10, 1, 0));
    poll(0, words(10, 7, 8));
    assertEquals(TOO_OLD, holding(10, 4, 0));
  }

  // Stale shown as live is what stopped a charger elsewhere: the limit counts from the answer.
  @Test
  void wordsOlderThanTheirLimitAreShownNoMore() {
    poll(0, words(10, 7));
    assertEquals(fresh(7), holding(10, 1, 3 * SECOND + SECOND * 8 / 10));
    assertEquals(TOO_OLD, holding(10, 1, 4 * SECOND));
    poll(5 * SECOND, words(10, 9));
    assertEquals(fresh(9), holding(10, 1, 5 * SECOND));
  }

  @Test
  void thirdFailedReadInARowEndsWhatWasShown() {
    poll(0, words(10, 7, 8), words(12, 1, 2));
    for (int i = 1; i <= 3; i++) {
      assertEquals(fresh(7, 8), holding(10, 2, i * SECOND / 2));
      poll(i * SECOND / 2, failed(10, 2), words(12, 1, 2));
    }
    assertEquals(TOO_OLD, holding(10, 2, 2 * SECOND));
    assertEquals(fresh(1, 2), holding(12, 2, 2 * SECOND));
    poll(2 * SECOND, words(10, 5, 6));
    assertEquals(fresh(5, 6), holding(10, 2, 2 * SECOND));
  }

  @Test
  void addressThatNoPollReadsIsSaidToBeSo() {
    poll(0, words(10, 7, 8));
    assertEquals(new Shown.NotPolled(9), holding(9, 2, 0));
    assertEquals(new Shown.NotPolled(14), holding(10, 5, 0));
    assertEquals(new Shown.NotPolled(10), device.show(RegisterTable.INPUT, 10, 1, 0));
  }

  // Words between registers that a request bridges are as live as the others.
  @Test
  void wordsInABridgedGapAreShown() {
    poll(0, words(8, 1, 2, 3, 4));
    assertEquals(fresh(1, 2, 3, 4), holding(8, 4, 0));
  }

  // The planner splits and joins requests while it learns: the newest answer for an address wins.
  @Test
  void newestOfOverlappingBlocksIsShown() {
    poll(0, words(10, 1, 2, 3, 4));
    poll(SECOND, words(11, 20, 30));
    assertEquals(fresh(1, 20, 30, 4), holding(10, 4, SECOND));
    poll(2 * SECOND, words(10, 5, 6, 7, 8));
    assertEquals(fresh(5, 6, 7, 8), holding(10, 4, 2 * SECOND));
  }

  @Test
  void repeatedPollAndOneOfAFormerOwnerChangeNothing() {
    assertTrue(poll(5, 100, 8, 0, words(10, 1)));
    assertFalse(poll(5, 100, 8, 0, words(10, 2)));
    assertFalse(poll(5, 100, 7, 0, words(10, 2)));
    assertFalse(poll(4, 200, 1, 0, words(10, 2)));
    assertFalse(poll(5, 99, 9, 0, words(10, 2)));
    assertEquals(fresh(1), holding(10, 1, 0));
    assertTrue(poll(6, 101, 1, 0, words(10, 3)));
    assertEquals(fresh(3), holding(10, 1, 0));
  }

  @Test
  void ageIsThatOfTheNewestWordsAndEndsWithThem() {
    assertEquals(OptionalLong.empty(), device.age(0));
    poll(0, words(10, 1));
    poll(SECOND, words(12, 1, 2));
    assertEquals(OptionalLong.of(SECOND + SECOND / 10), device.age(2 * SECOND));
    assertEquals(OptionalLong.empty(), device.age(10 * SECOND));
  }
}
