package dev.voltbus.console;

import java.util.Locale;

/// How a device stands, by the best quality among its values.
enum DeviceState {
  /// At least one value is good.
  LIVE(""),
  /// No value is good any more, some are not yet too old to be shown.
  STALE("no value is good, the newest are stale"),
  /// Nothing can be shown.
  UNAVAILABLE("every value is bad or too old"),
  /// No snapshot since the console started.
  WAITING("no sample since this console started"),
  /// Snapshots arrive whose layout nobody has told yet.
  UNREADABLE("samples arrive, but nobody has told their layout yet");

  private final String reason;

  DeviceState(String reason) {
    this.reason = reason;
  }

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  String reason() {
    return reason;
  }
}
