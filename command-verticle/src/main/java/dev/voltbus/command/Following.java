package dev.voltbus.command;

import dev.voltbus.contract.Control.Pace;

/// Watches whether the measured current obeys what was written, from the moment the device showed
/// it on.
final class Following {
  private final Pace pace;
  private Amperes limits = Amperes.UNBOUNDED;
  private long sinceNanos;
  private long obeyedNanos;
  private boolean isWatching;
  private News last = News.NONE;

  /// What is new.
  enum News {
    NONE,
    /// The current obeys.
    FOLLOWED,
    /// It has not obeyed for its whole grace.
    NOT_FOLLOWED
  }

  Following(Pace pace) {
    this.pace = pace;
  }

  void begin(Amperes written, long nowNanos) {
    limits = written;
    sinceNanos = nowNanos;
    obeyedNanos = nowNanos;
    isWatching = true;
    last = News.NONE;
  }

  void end() {
    isWatching = false;
  }

  /// Whether a current is within limits.
  static boolean obeys(double current, Amperes limits, double tolerance) {
    return current <= limits.charge() + tolerance && -current <= limits.discharge() + tolerance;
  }

  /// @param current A, positive while charging
  /// @param readNanos when it was measured; what was measured before the write says nothing
  News look(double current, long readNanos, long nowNanos) {
    if (!isWatching || readNanos - sinceNanos < 0) {
      return News.NONE;
    }
    if (obeys(current, limits, pace.lowCurrent())) {
      obeyedNanos = nowNanos;
      return changed(News.FOLLOWED);
    }
    boolean isOverdue = nowNanos - obeyedNanos >= pace.grace().toNanos();
    return isOverdue ? changed(News.NOT_FOLLOWED) : News.NONE;
  }

  private News changed(News now) {
    boolean isNew = now != last;
    last = now;
    return isNew ? now : News.NONE;
  }
}
