package dev.voltbus.simulator;

import java.time.Duration;

/// What goes wrong between a simulated device's answer and the wire.
public sealed interface Fault {
  /// All is well.
  record None() implements Fault {}

  /// The answer comes late.
  record Delay(Duration by) implements Fault {}

  /// The request is not answered.
  record Drop() implements Fault {}

  /// The connection is closed instead of an answer.
  record Close() implements Fault {}

  /// The device refuses whatever it is asked.
  ///
  /// @param code exception code 1..255
  record Exceptional(int code) implements Fault {}

  /// The answer is cut after this many bytes.
  record Truncate(int bytes) implements Fault {}
}
