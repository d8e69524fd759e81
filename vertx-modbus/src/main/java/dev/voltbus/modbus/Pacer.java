package dev.voltbus.modbus;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// When each unit may be asked next: after the gap it needs, and, on a wire without transaction
/// ids, not while an answer it owes could still come and be taken for the next one's.
///
/// Any thread asks and sets; only the connection's thread tells of exchanges.
final class Pacer {
  private static final int UNITS = 256;
  private static final int NOTHING = -1;

  private final AtomicReferenceArray<Pacing> pacings = new AtomicReferenceArray<>(UNITS);
  private final AtomicLongArray readyAtNanos = new AtomicLongArray(UNITS);
  private final AtomicLongArray restUntilNanos = new AtomicLongArray(UNITS);
  private final int[] owedFunctions = new int[UNITS];
  private final boolean[] awake = new boolean[UNITS];
  private final long[] heardAtNanos = new long[UNITS];

  Pacer() {
    long now = System.nanoTime();
    for (int unit = 0; unit < UNITS; unit++) {
      pacings.set(unit, Pacing.NONE);
      readyAtNanos.set(unit, now);
      restUntilNanos.set(unit, now);
      owedFunctions[unit] = NOTHING;
    }
  }

  void set(int unit, Pacing pacing) {
    pacings.set(unit, pacing);
  }

  Pacing pacing(int unit) {
    return pacings.get(unit);
  }

  /// Whether the unit may be asleep: it is one that sleeps, and has been left alone for so long, or
  /// did not answer last time.
  boolean mayBeAsleep(int unit) {
    Pacing pacing = pacings.get(unit);
    long idle = System.nanoTime() - heardAtNanos[unit];
    return pacing.wakeUp() && (!awake[unit] || idle >= pacing.wakeAfterIdle().toNanos());
  }

  /// The unit has answered.
  void heard(int unit) {
    awake[unit] = true;
    heardAtNanos[unit] = System.nanoTime();
  }

  /// The unit has not answered.
  void notHeard(int unit) {
    awake[unit] = false;
  }

  /// How long the unit must still be left alone; 0 or less when it may be asked.
  long waitNanos(int unit) {
    long now = System.nanoTime();
    return Math.max(readyAtNanos.get(unit) - now, restUntilNanos.get(unit) - now);
  }

  /// An exchange with the unit is over, whichever way.
  void used(int unit) {
    readyAtNanos.set(unit, System.nanoTime() + pacings.get(unit).gap().toNanos());
  }

  /// The unit is asked now: what it sends from here on is judged by this request.
  void asked(int unit) {
    owedFunctions[unit] = NOTHING;
  }

  /// The unit has not answered in time and rests until its answer cannot come any more.
  void owes(int unit, int function, Duration rest) {
    owedFunctions[unit] = function;
    restUntilNanos.set(unit, System.nanoTime() + rest.toNanos());
  }

  /// The unit's late answer has come, if that is what it owed: then it may be asked again.
  boolean paid(int unit, int function) {
    if (owedFunctions[unit] != function) {
      return false;
    }
    owedFunctions[unit] = NOTHING;
    restUntilNanos.set(unit, System.nanoTime());
    return true;
  }
}
