package dev.voltbus.contract;

import java.math.BigDecimal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Which readings of a register are held back because they cannot be true. Bounds are in the
/// register's own unit, after scaling.
///
/// A reading that is held back is bad, or, with `keepLast`, the last good one stays and is stale
/// until its age limit. A rate that is too high and a counter that stepped back have a way out: so
/// many readings one after the other that agree with each other are taken as the new truth (see
/// `confirm`). A reading outside the range never is.
///
/// @param min least valid value, or null for none
/// @param max greatest valid value, or null for none
/// @param maxRate greatest change for each second, or null for none
/// @param counter true if the value never falls
/// @param confirm how many consecutive readings that were held back but agree with each other are
///   taken, 2..1000; three are enough if the device did not answer in between and they are not 0
/// @param keepLast true if the last good value stays in place of a reading that is held back
/// @param movesWithin time within which the value of a living device changes; the whole poll group
///   counts as frozen when it did not. Null for a value that may stand still
public record Guard(
    @Nullable BigDecimal min,
    @Nullable BigDecimal max,
    @Nullable BigDecimal maxRate,
    boolean counter,
    int confirm,
    boolean keepLast,
    @Nullable Duration movesWithin) {

  public static final int USUAL_CONFIRM = 10;
  private static final int MOST_DIGITS = 30;

  public static final Guard NONE = new Guard(null, null, null, false, USUAL_CONFIRM, false, null);

  public Guard {
    min = normal("min", min);
    max = normal("max", max);
    maxRate = normal("max-rate", maxRate);
    if (min != null && max != null && min.compareTo(max) > 0) {
      throw new IllegalArgumentException(
          "valid: min " + min.toPlainString() + " is above max " + max.toPlainString());
    }
    if (maxRate != null && maxRate.signum() <= 0) {
      throw new IllegalArgumentException("max-rate " + maxRate.toPlainString() + " is not above 0");
    }
    if (confirm < 2 || confirm > 1000) {
      throw new IllegalArgumentException("confirm " + confirm + " is not in 2..1000");
    }
    if (movesWithin != null && (movesWithin.isNegative() || movesWithin.isZero())) {
      throw new IllegalArgumentException(
          "moves-within " + movesWithin.toMillis() + " ms is not above 0");
    }
  }

  private static @Nullable BigDecimal normal(String what, @Nullable BigDecimal number) {
    if (number == null) {
      return null;
    }
    BigDecimal stripped = number.stripTrailingZeros();
    if (stripped.precision() > MOST_DIGITS || Math.abs(stripped.scale()) > MOST_DIGITS) {
      throw new IllegalArgumentException(
          what + " " + stripped + " has more than " + MOST_DIGITS + " digits");
    }
    return stripped;
  }

  /// Only values between two bounds.
  public static Guard range(String min, String max) {
    return new Guard(
        new BigDecimal(min), new BigDecimal(max), null, false, USUAL_CONFIRM, false, null);
  }

  public Guard withMaxRate(String perSecond) {
    return new Guard(min, max, new BigDecimal(perSecond), counter, confirm, keepLast, movesWithin);
  }

  public Guard asCounter() {
    return new Guard(min, max, maxRate, true, confirm, keepLast, movesWithin);
  }

  public Guard confirmedBy(int readings) {
    return new Guard(min, max, maxRate, counter, readings, keepLast, movesWithin);
  }

  public Guard keepingLast() {
    return new Guard(min, max, maxRate, counter, confirm, true, movesWithin);
  }

  /// A device whose value has not changed for so long is frozen.
  public Guard movingWithin(Duration time) {
    return new Guard(min, max, maxRate, counter, confirm, keepLast, time);
  }

  /// Whether any reading may be held back.
  public boolean isActive() {
    return min != null || max != null || maxRate != null || counter;
  }
}
