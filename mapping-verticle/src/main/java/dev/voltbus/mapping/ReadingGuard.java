package dev.voltbus.mapping;

import dev.voltbus.contract.Guard;
import dev.voltbus.contract.QualityReason;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/// Judges the readings of one register by its `Guard`, and remembers what it takes for that.
///
/// A reading is compared with the last one that was taken. Readings that were held back but agree
/// with each other are taken in the end: the device may be right and the memory wrong. A device
/// that did not answer in between has probably been restarted, so three such readings are enough
/// then, unless they are 0, which is what many devices say until they have measured.
final class ReadingGuard {
  private static final int AFTER_ABSENCE = 3;
  private static final double NANOS = 1e9;

  private final double min;
  private final double max;
  private final double maxRate;
  private final boolean counter;
  private final int confirm;
  private final boolean keepsLast;

  private boolean any;
  private double taken;
  private long takenNanos;
  private int agreeing;
  private double held;
  private long heldNanos;
  private boolean away;

  ReadingGuard(Guard guard) {
    this.min = number(guard.min(), Double.NEGATIVE_INFINITY);
    this.max = number(guard.max(), Double.POSITIVE_INFINITY);
    this.maxRate = number(guard.maxRate(), Double.POSITIVE_INFINITY);
    this.counter = guard.counter();
    this.confirm = guard.confirm();
    this.keepsLast = guard.keepLast();
  }

  private static double number(@Nullable BigDecimal bound, double otherwise) {
    return bound == null ? otherwise : bound.doubleValue();
  }

  /// Whether the last good value stays in place of a reading that is held back.
  boolean keepsLast() {
    return keepsLast;
  }

  /// Takes note that the device did not answer.
  void deviceWasAway() {
    away = true;
  }

  /// Why the reading is held back, or `QualityReason.NONE` if it is taken.
  ///
  /// @param nanos monotonic time of the reading
  QualityReason judge(double value, long nanos) {
    if (value < min || value > max) {
      agreeing = 0;
      return QualityReason.OUT_OF_RANGE;
    }
    QualityReason reason = any ? against(taken, takenNanos, value, nanos) : QualityReason.NONE;
    if (reason != QualityReason.NONE && !isConfirmed(value, nanos)) {
      return reason;
    }
    take(value, nanos);
    return QualityReason.NONE;
  }

  private QualityReason against(double before, long beforeNanos, double value, long nanos) {
    if (counter && value < before) {
      return QualityReason.STEPPED_BACK;
    }
    double most = maxRate * ((nanos - beforeNanos) / NANOS);
    return Math.abs(value - before) > most ? QualityReason.TOO_FAST : QualityReason.NONE;
  }

  private boolean isConfirmed(double value, long nanos) {
    boolean agrees = agreeing > 0 && against(held, heldNanos, value, nanos) == QualityReason.NONE;
    agreeing = agrees ? agreeing + 1 : 1;
    held = value;
    heldNanos = nanos;
    return agreeing >= (away && value != 0 ? Math.min(AFTER_ABSENCE, confirm) : confirm);
  }

  private void take(double value, long nanos) {
    any = true;
    taken = value;
    takenNanos = nanos;
    agreeing = 0;
    away = false;
  }
}
