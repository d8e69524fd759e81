package dev.voltbus.command;

/// What can happen to the control of a battery.
sealed interface ControlEvent {

  /// Command PAUSE: no current until it is resumed.
  record Pause(Authority by) implements ControlEvent {}

  /// Command RESUME: takes back a pause of the same authority; by a person also a stop.
  record Resume(Authority by) implements ControlEvent {}

  /// Command SET_LIMITS, judged: within the envelope, with its end ahead. Takes the place of a
  /// limit that runs as a whole.
  record SetLimits(TimedLimit limit) implements ControlEvent {}

  /// Command STOP: safe state, then no telemetry.
  ///
  /// @param untilNanos monotonic time at which it counts as stopped however much flows
  record Stop(long untilNanos) implements ControlEvent {}

  /// Command RESTART: discovery again; brings back a battery that was stopped.
  record Restart() implements ControlEvent {}

  /// The measured current has become low.
  record CurrentLow() implements ControlEvent {}

  /// The device states what it takes at this moment.
  record DeviceAllows(Amperes limits) implements ControlEvent {}

  /// The device, or whoever speaks to it, has been silent for longer than the site allows.
  record ContactLost() implements ControlEvent {}

  record ContactBack() implements ControlEvent {}

  /// Nothing but that time has passed.
  record Tick() implements ControlEvent {}
}
