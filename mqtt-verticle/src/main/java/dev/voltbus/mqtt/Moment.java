package dev.voltbus.mqtt;

import dev.voltbus.contract.TimeSource;
import java.util.concurrent.TimeUnit;

/// A moment on both clocks.
///
/// @param nanos monotonic, to judge ages
/// @param wallMillis Unix milliseconds, to be shown
record Moment(long nanos, long wallMillis) {

  static Moment now(TimeSource time) {
    return new Moment(time.monotonicNanos(), time.wallMillis());
  }

  Moment before(long millis) {
    return new Moment(nanos - TimeUnit.MILLISECONDS.toNanos(millis), wallMillis - millis);
  }
}
