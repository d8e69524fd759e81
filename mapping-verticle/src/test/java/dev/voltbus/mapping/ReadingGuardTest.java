package dev.voltbus.mapping;

import static dev.voltbus.contract.QualityReason.NONE;
import static dev.voltbus.contract.QualityReason.OUT_OF_RANGE;
import static dev.voltbus.contract.QualityReason.STEPPED_BACK;
import static dev.voltbus.contract.QualityReason.TOO_FAST;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.voltbus.contract.Guard;
import dev.voltbus.contract.QualityReason;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ReadingGuardTest {
  private long millis;

  /// One reading a second.
  private QualityReason judge(ReadingGuard guard, double value) {
    millis += 1000;
    return guard.judge(value, TimeUnit.MILLISECONDS.toNanos(millis));
  }

  @Test
  void aReadingOutsideTheRangeIsNeverTakenHoweverOftenItComes() {
    ReadingGuard guard = new ReadingGuard(Guard.range("0", "100").confirmedBy(2));
    assertEquals(NONE, judge(guard, 0));
    assertEquals(NONE, judge(guard, 100));
    for (int i = 0; i < 50; i++) {
      assertEquals(OUT_OF_RANGE, judge(guard, 655.35));
      assertEquals(OUT_OF_RANGE, judge(guard, -0.1));
    }
    assertEquals(NONE, judge(guard, 50));
  }

  @Test
  void aJumpIsHeldBackAndASlowChangeIsNot() {
    ReadingGuard guard = new ReadingGuard(Guard.NONE.withMaxRate("50"));
    assertEquals(NONE, judge(guard, 230));
    assertEquals(NONE, judge(guard, 280));
    assertEquals(TOO_FAST, judge(guard, 6553.5));
    assertEquals(NONE, judge(guard, 230));
    assertEquals(TOO_FAST, judge(guard, 179));
  }

  // Silence for a minute leaves room for a change of a minute.
  @Test
  void theRoomForAChangeGrowsWithTheTimeSinceTheLastReadingTaken() {
    ReadingGuard guard = new ReadingGuard(Guard.NONE.withMaxRate("1"));
    assertEquals(NONE, judge(guard, 0));
    millis += 59_000;
    assertEquals(NONE, judge(guard, 60));
  }

  // Growatt counters stepped back by 0.1; each such step is energy that never was (pains A9).
  @Test
  void aCounterThatStepsBackIsHeldBackUntilItIsThereAgain() {
    ReadingGuard guard = new ReadingGuard(Guard.NONE.asCounter());
    assertEquals(NONE, judge(guard, 1000.0));
    assertEquals(STEPPED_BACK, judge(guard, 999.9));
    assertEquals(NONE, judge(guard, 1000.0));
    assertEquals(NONE, judge(guard, 1000.1));
    assertEquals(STEPPED_BACK, judge(guard, 0));
    assertEquals(NONE, judge(guard, 1000.2));
  }

  // A meter that was exchanged counts from another number.
  @Test
  void aCounterThatGoesOnFromALowerNumberIsTakenOnceItIsConfirmed() {
    ReadingGuard guard = new ReadingGuard(Guard.NONE.asCounter().confirmedBy(4));
    assertEquals(NONE, judge(guard, 1000));
    assertEquals(STEPPED_BACK, judge(guard, 10));
    assertEquals(STEPPED_BACK, judge(guard, 11));
    assertEquals(STEPPED_BACK, judge(guard, 12));
    assertEquals(NONE, judge(guard, 12));
    assertEquals(NONE, judge(guard, 13));
    assertEquals(STEPPED_BACK, judge(guard, 12));
  }

  @Test
  void readingsThatContradictEachOtherConfirmNothing() {
    ReadingGuard guard = new ReadingGuard(Guard.NONE.asCounter().confirmedBy(3));
    assertEquals(NONE, judge(guard, 1000));
    for (int i = 0; i < 50; i++) {
      assertEquals(STEPPED_BACK, judge(guard, 900));
      assertEquals(STEPPED_BACK, judge(guard, 100));
    }
  }

  // The first reading after a start may be the junk one.
  @Test
  void aFirstReadingThatWasWrongIsLeftBehindByTheRightOnes() {
    ReadingGuard guard = new ReadingGuard(Guard.NONE.withMaxRate("5").confirmedBy(3));
    assertEquals(NONE, judge(guard, 65535));
    assertEquals(TOO_FAST, judge(guard, 230));
    assertEquals(TOO_FAST, judge(guard, 231));
    assertEquals(NONE, judge(guard, 230));
    assertEquals(NONE, judge(guard, 231));
  }

  @Test
  void afterAnAbsenceThreeReadingsThatAgreeAreEnough() {
    ReadingGuard guard = new ReadingGuard(Guard.NONE.asCounter());
    assertEquals(NONE, judge(guard, 1000));
    guard.deviceWasAway();
    assertEquals(STEPPED_BACK, judge(guard, 5));
    assertEquals(STEPPED_BACK, judge(guard, 6));
    assertEquals(NONE, judge(guard, 7));
    assertEquals(STEPPED_BACK, judge(guard, 1));
  }

  // 0 is what many devices say when they have just woken up: taken, it would be a phantom reset.
  @Test
  void aCounterAtZeroAfterAnAbsenceNeedsTheFullNumberOfReadings() {
    ReadingGuard guard = new ReadingGuard(Guard.NONE.asCounter());
    assertEquals(NONE, judge(guard, 1000));
    guard.deviceWasAway();
    for (int i = 1; i < Guard.USUAL_CONFIRM; i++) {
      assertEquals(STEPPED_BACK, judge(guard, 0));
    }
    assertEquals(NONE, judge(guard, 1001));
  }
}
