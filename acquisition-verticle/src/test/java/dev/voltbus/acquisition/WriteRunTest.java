package dev.voltbus.acquisition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.acquisition.WriteOrder.Purpose;
import dev.voltbus.contract.BitSlice;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.WireType;
import dev.voltbus.contract.WriteResult;
import dev.voltbus.contract.WriteResult.Outcome;
import dev.voltbus.contract.Writing;
import dev.voltbus.modbus.ModbusRequest.MaskWrite;
import dev.voltbus.modbus.ModbusRequest.Write;
import dev.voltbus.modbus.ModbusRequest.WriteRegister;
import dev.voltbus.modbus.ModbusRequest.WriteRegisters;
import dev.voltbus.modbus.Words;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A write step by step, under a clock of its own and without a wire. What needs a failure of the
/// client is in [AcquisitionWriteTest].
class WriteRunTest {
  private static final Words OLD = Words.of(1000);
  private static final Words NEW = Words.of(125);
  private static final long SECOND = 1_000_000_000L;

  private final TestingClock clock = new TestingClock();
  private final WearBudget budget = new WearBudget(clock, () -> {});

  private static WriteTarget target(Writing writing) {
    return target(writing, Fixtures.holding(0));
  }

  private static WriteTarget target(Writing writing, WireSource wire) {
    return WriteTarget.of(Fixtures.writable("inverter", 1, writing, wire)).get("register_0");
  }

  private WriteRun run(WriteTarget target, double value) {
    return run(target, value, Purpose.REQUEST);
  }

  private WriteRun run(WriteTarget target, double value, Purpose purpose) {
    WriteOrder order = new WriteOrder("w-1", "test", target, value, null, 9 * SECOND, purpose);
    return new WriteRun(order, budget, clock.monotonicNanos());
  }

  private static WriteResult result(WriteRun.Step step) {
    return assertInstanceOf(WriteRun.Step.Done.class, step).result();
  }

  private static void assertReads(WriteRun.Step step) {
    assertInstanceOf(WriteRun.Step.Read.class, step);
  }

  private static void assertReadsFirst(WriteRun.Step step) {
    assertEquals(new WriteRun.Step.Prepare(true), step);
  }

  private static WriteRun.Step.Send send(Write request) {
    return new WriteRun.Step.Send(request, Stand.ANY);
  }

  /// What was read first of a register that stands where the map says.
  private static Preparation has(WriteTarget target, Words words) {
    return new Preparation.Ready(target.wire().address(), Reading.of(words), 0);
  }

  @Test
  void aWriteIsSentAndThenReadBack() {
    WriteRun run = run(target(Writing.USUAL), 125);
    assertEquals(send(new WriteRegister(1, 0, 125)), run.begin(0));
    assertReads(run.sent(5, 1_767_225_600_000L));
    assertEquals(
        new WriteResult(
            "w-1", Outcome.VERIFIED, "", List.of(125), List.of(125), 1_767_225_600_000L, 1000),
        result(run.read(Reading.of(NEW), SECOND)));
  }

  // Inverters echo a write at once and take it over a moment later.
  @Test
  void aDeviceHasTheSettleWindowToTakeAValueOver() {
    WriteRun run = run(target(Writing.USUAL.settlingFor(Duration.ofSeconds(1))), 125);
    run.begin(0);
    run.sent(0, 1);
    WriteRun.Step rest = run.read(Reading.of(OLD), SECOND / 2);
    assertEquals(new WriteRun.Step.Rest(Duration.ofMillis(125)), rest);
    assertReads(run.rested(SECOND));
    assertEquals(Outcome.VERIFIED, result(run.read(Reading.of(NEW), SECOND + 1)).outcome());
  }

  @Test
  void aDeviceThatKeepsItsValueIsSaidSoWithBothValues() {
    WriteRun run = run(target(Writing.USUAL), 125);
    run.begin(0);
    run.sent(0, 1);
    WriteResult result = result(run.read(Reading.of(OLD), SECOND));
    assertEquals(Outcome.FAILED, result.outcome());
    assertEquals("holding 0 kept 1000.0 (raw 03E8) instead of 125.0 (raw 007D)", result.reason());
    assertEquals(List.of(1000), result.readBack());
  }

  @Test
  void aWriteThatCannotBeReadBackIsWrittenNotVerified() {
    WriteRun unreadable = run(target(Writing.USUAL.unreadable()), 125);
    unreadable.begin(0);
    assertEquals(Outcome.WRITTEN, result(unreadable.sent(0, 1)).outcome());

    WriteRun failing = run(target(Writing.USUAL), 125);
    failing.begin(0);
    failing.sent(0, 1);
    WriteResult result = result(failing.unread("timed out", SECOND));
    assertEquals(Outcome.WRITTEN, result.outcome());
    assertEquals("accepted, but reading back failed: timed out", result.reason());
  }

  // Control loops write the same value again and again; flash cells take it only so often.
  @Test
  void anEqualValueIsNotWrittenToFlash() {
    WriteTarget flash = target(Writing.USUAL.inFlash(5));
    WriteRun run = run(flash, 125);
    assertReadsFirst(run.begin(0));
    WriteResult result = result(run.prepared(has(flash, NEW), 1));
    assertEquals(Outcome.SUPPRESSED, result.outcome());
    assertEquals(List.of(), result.written());
    assertEquals(5, budget.left(flash));
  }

  @Test
  void equalValuesOfRamAreSkippedWhereTheFileSaysSo() {
    assertReadsFirst(run(target(Writing.USUAL.skippingEqual()), 125).begin(0));
    assertInstanceOf(WriteRun.Step.Send.class, run(target(Writing.USUAL), 125).begin(0));
  }

  @Test
  void aFlashRegisterTakesNoMoreWritesThanItsBudgetOfTheDay() {
    WriteTarget flash = target(Writing.USUAL.inFlash(2));
    for (int i = 1; i <= 2; i++) {
      WriteRun run = run(flash, i);
      run.begin(0);
      assertInstanceOf(WriteRun.Step.Send.class, run.prepared(has(flash, OLD), 0));
    }
    WriteRun third = run(flash, 3);
    third.begin(0);
    WriteResult refused = result(third.prepared(has(flash, OLD), 0));
    assertEquals(Outcome.REFUSED, refused.outcome());
    assertEquals(
        "not sent: register_0 is flash and its 2 writes of today are used up", refused.reason());

    WriteRun end = run(flash, 4, Purpose.REVERT);
    end.begin(0);
    assertInstanceOf(WriteRun.Step.Send.class, end.prepared(has(flash, OLD), 0));

    clock.advance(Duration.ofDays(1));
    assertEquals(2, budget.left(flash));
  }

  @Test
  void aFlashRegisterThatCannotBeReadFirstIsNotWritten() {
    WriteRun run = run(target(Writing.USUAL.inFlash(2)), 125);
    run.begin(0);
    WriteResult result = result(run.prepared(new Preparation.Unread("no connection"), 1));
    assertEquals(Outcome.FAILED, result.outcome());
    assertEquals("not written, reading it first failed: no connection", result.reason());
  }

  @Test
  void aPartOfAWordIsWrittenByMaskWithoutReadingFirst() {
    WireSource high = WireSource.holding(330, WireType.U8).withSlice(BitSlice.HIGH_BYTE);
    WriteRun run = run(target(Writing.USUAL, high), 30);
    assertEquals(send(new MaskWrite(1, 330, 0x00FF, 0x1E00)), run.begin(0));
    run.sent(0, 1);
    // The neighbour's byte is none of ours.
    assertEquals(Outcome.VERIFIED, result(run.read(Reading.of(Words.of(0x1E55)), 1)).outcome());
  }

  @Test
  void aPartOfAWordIsReadChangedAndWrittenWhereTheFileSaysSo() {
    WireSource low = WireSource.holding(330, WireType.U8).withSlice(BitSlice.LOW_BYTE);
    WriteTarget target = target(Writing.USUAL.by(Writing.Function.MULTIPLE), low);
    WriteRun run = run(target, 1);
    assertReadsFirst(run.begin(0));
    assertEquals(
        send(new WriteRegisters(1, 330, Words.of(0x0501))),
        run.prepared(has(target, Words.of(0x0500)), 1));
  }

  // A limit that comes when it is over would be the wrong one.
  @Test
  void anOrderWhoseDeadlinePassedInTheQueueIsNotSent() {
    WriteResult result = result(run(target(Writing.USUAL), 125).begin(9 * SECOND));
    assertEquals(Outcome.REFUSED, result.outcome());
    assertTrue(result.written().isEmpty());
  }

  @Test
  void aNewerWriteEndsTheReadingBackOfTheOneBefore() {
    WriteRun run = run(target(Writing.USUAL), 125);
    run.begin(0);
    run.sent(0, 1);
    WriteResult result = result(run.overtaken("w-2", 3));
    assertEquals(Outcome.WRITTEN, result.outcome());
    assertEquals("overtaken by write w-2 before it was read back", result.reason());
  }

  // Each attempt to read a dead unit back takes its time limit from its neighbours.
  @Test
  void aUnitThatDoesNotReadBackIsAskedWithLongPauses() {
    WriteRun run = run(target(Writing.USUAL.settlingFor(Duration.ofSeconds(20))), 125);
    run.begin(0);
    run.sent(0, 1);
    assertEquals(new WriteRun.Step.Rest(Duration.ofSeconds(4)), run.unread("timed out", SECOND));
    run.rested(5 * SECOND);
    assertEquals(
        new WriteRun.Step.Rest(Duration.ofMillis(250)), run.unread("refused", 5 * SECOND + 1));
  }

  // ---- with a scale factor

  private static WriteTarget scaled() {
    Device device = new Device("charger", "bms", 1, Fixtures.charger(Writing.USUAL));
    return WriteTarget.of(device).get("limit");
  }

  private static Preparation factor(long factor, int connection) {
    return new Preparation.Ready(Fixtures.LIMIT, Reading.ofFactor(factor), connection);
  }

  private static WriteRun.Step.Send send(int word, int connection) {
    return new WriteRun.Step.Send(new WriteRegister(1, Fixtures.LIMIT, word), connection);
  }

  private static Reading reads(int word, long factor) {
    return new Reading(Words.of(word), factor);
  }

  // The device behind a new connection may be another one, with another factor.
  @Test
  void aWriteThatMissedItsConnectionIsPreparedAnewOnTheNext() {
    WriteRun run = run(scaled(), 12.5);
    assertEquals(new WriteRun.Step.Prepare(false), run.begin(0));
    assertEquals(send(125, 4), run.prepared(factor(-1, 4), 1));
    assertEquals(new WriteRun.Step.Prepare(false), run.reconnected(2));
    assertEquals(send(1250, 5), run.prepared(factor(-2, 5), 3));
    run.sent(4, 1);
    assertEquals(Outcome.VERIFIED, result(run.read(reads(1250, -2), 5)).outcome());
  }

  @Test
  void aWriteWithoutAConnectionThatLastsIsRefused() {
    WriteRun run = run(scaled(), 12.5);
    run.begin(0);
    for (int i = 1; i <= 3; i++) {
      assertEquals(
          new WriteRun.Step.Prepare(false), run.prepared(new Preparation.Reconnected(), i));
    }
    WriteResult result = result(run.prepared(new Preparation.Reconnected(), 4));
    assertEquals(Outcome.REFUSED, result.outcome());
    assertEquals(
        "not sent: no connection lasted from the reads before it to the write", result.reason());
  }

  @Test
  void aFactorThatCannotBeToldAfterTheWriteLeavesTheOutcomeUnknown() {
    WriteRun run = run(scaled(), 12.5);
    run.begin(0);
    run.prepared(factor(-1, 0), 0);
    run.sent(0, 1);
    assertInstanceOf(WriteRun.Step.Rest.class, run.read(reads(125, Reading.UNSTEADY), 1));
    run.rested(SECOND);
    WriteResult result = result(run.read(reads(125, -32768), SECOND));
    assertEquals(Outcome.UNKNOWN, result.outcome());
    assertEquals(
        "holding 60 was sent 12.5 A (raw 007D, scale factor -1) and has raw 007D, whose scale"
            + " factor reads -32768, which is none in -10..10 now",
        result.reason());
  }

  @Test
  void whatWasSentStaysKnownWhenTheSecondTurnComesToNothing() {
    for (Preparation nothing :
        List.of(
            new Preparation.Unread("timed out"),
            new Preparation.Impossible("model 124 is not in the device"),
            factor(-32768, 0))) {
      WriteRun run = run(scaled(), 12.5);
      run.begin(0);
      run.prepared(factor(-1, 0), 0);
      run.sent(0, 1);
      assertInstanceOf(WriteRun.Step.Again.class, run.read(reads(125, -2), 1));
      assertEquals(new WriteRun.Step.Prepare(true), run.begin(2));
      WriteResult result = result(run.prepared(nothing, 3));
      assertEquals(Outcome.UNKNOWN, result.outcome());
      assertEquals(List.of(125), result.written());
      assertTrue(result.reason().startsWith("its scale factor changed from -1 to -2"));
    }
  }

  @Test
  void anEventOutOfTurnIsRefusedLoudly() {
    WriteRun run = run(target(Writing.USUAL), 125);
    assertThrows(IllegalStateException.class, () -> run.sent(0, 1));
    run.begin(0);
    assertThrows(IllegalStateException.class, () -> run.begin(0));
    assertThrows(IllegalStateException.class, () -> run.rested(0));
  }

  @Test
  void theWearBudgetSurvivesAsText() {
    WriteTarget flash = target(Writing.USUAL.inFlash(5));
    WriteRun run = run(flash, 125);
    run.begin(0);
    run.prepared(has(flash, OLD), 0);
    WearBudget next = new WearBudget(clock, () -> {});
    assertEquals(1, next.load(budget.text() + "damaged line\n"));
    assertEquals(4, next.left(flash));
  }
}
