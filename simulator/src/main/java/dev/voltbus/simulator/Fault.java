package dev.voltbus.simulator;

import java.time.Duration;

/// What goes wrong between a simulated device's answer and the wire.
public sealed interface Fault {
  /// All is well.
  record None() implements Fault {}

  /// The request is carried out late, and answered then.
  record Delay(Duration by) implements Fault {}

  /// The request is lost: neither carried out nor answered.
  record Drop() implements Fault {}

  /// The connection is closed; the request is not carried out.
  record Close() implements Fault {}

  /// The device refuses whatever it is asked and does nothing.
  ///
  /// @param code exception code 1..255
  record Exceptional(int code) implements Fault {}

  /// The request is carried out, its answer is cut after this many bytes.
  record Truncate(int bytes) implements Fault {}
}
