package dev.voltbus.mqtt;

/// How serious an alarm is.
enum AlarmLevel {
  CLEARED,
  WARNING,
  CRITICAL;

  /// The level that follows.
  ///
  /// @param excess how far the value is beyond its limit, negative before it
  /// @param band width of the warning band before the limit
  /// @param hysteresis how far back the value must go before the level sinks
  AlarmLevel next(double excess, double band, double hysteresis) {
    if (this == CRITICAL ? excess > -hysteresis : excess >= 0) {
      return CRITICAL;
    }
    boolean warns = this == CLEARED ? excess >= -band : excess > -band - hysteresis;
    return warns ? WARNING : CLEARED;
  }

  /// The level a device states itself: 0, 1, or critical for what is above.
  static AlarmLevel of(long stated) {
    return stated <= 0 ? CLEARED : stated == 1 ? WARNING : CRITICAL;
  }
}
