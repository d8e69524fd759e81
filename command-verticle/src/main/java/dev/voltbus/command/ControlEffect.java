package dev.voltbus.command;

import org.jspecify.annotations.Nullable;

/// What the control of a battery wants done, in this order.
sealed interface ControlEffect {

  /// Mode, who paused, or limit have changed: to disk and into the cluster before anybody is told.
  record Persist() implements ControlEffect {}

  /// What the device is to have from now on.
  ///
  /// @param limits what is in force
  /// @param limit the limit whose end the write carries, or null if it has no end
  record Apply(Amperes limits, @Nullable TimedLimit limit) implements ControlEffect {}

  /// Home Assistant is told of the entities again.
  record SendDiscovery() implements ControlEffect {}

  /// Something an operator wants to know of.
  ///
  /// @param name as in the events of the contracts
  record Tell(String name) implements ControlEffect {}
}
