package dev.voltbus.contract;

/// The clock everything in Voltbus is judged by. Deadlines and ages use monotonic time; wall time
/// is for people and payloads.
public interface TimeSource {

  /// Unix milliseconds.
  long wallMillis();

  /// Monotonic nanoseconds with an arbitrary origin.
  long monotonicNanos();

  /// The clock of this machine.
  static TimeSource system() {
    return new TimeSource() {
      @Override
      public long wallMillis() {
        return System.currentTimeMillis();
      }

      @Override
      public long monotonicNanos() {
        return System.nanoTime();
      }
    };
  }
}
