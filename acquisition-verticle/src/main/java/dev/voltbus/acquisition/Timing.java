package dev.voltbus.acquisition;

/// When a request was on the wire, by monotonic time.
///
/// @param startedNanos when it was handed to the wire
/// @param endedNanos when its outcome was known
/// @param connected whether the connection was there; else making it is part of the time, which
///   says nothing about the unit and is not to be paid by it
record Timing(long startedNanos, long endedNanos, boolean connected) {
  long nanos() {
    return endedNanos - startedNanos;
  }
}
