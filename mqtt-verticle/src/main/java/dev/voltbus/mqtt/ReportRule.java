package dev.voltbus.mqtt;

import dev.voltbus.contract.TopicContract.Reporting;

/// When a value is worth sending again.
record ReportRule(boolean onChange, double deadBand, long longestSilenceNanos) {
  /// A decimal step such as 52.2 to 52.1 is a little more than 0.1 in a double.
  private static final double ROUNDING = 1 + 1e-9;

  static ReportRule of(Reporting reporting) {
    return new ReportRule(
        reporting.onChange(), reporting.deadBand(), reporting.longestSilence().toNanos());
  }

  /// Whether a value left the dead band around the one that was sent last.
  boolean isChange(double sent, double now) {
    return Math.abs(now - sent) > deadBand * ROUNDING;
  }

  /// Whether a value must be sent now, because the next reading would come behind the longest
  /// silence. Half a gap more is allowed for, so that readings that come a little late do not make
  /// it a whole gap longer.
  ///
  /// @param sinceNanos since it was sent
  /// @param gapNanos between the reading before and this one
  boolean isSilentTooLong(long sinceNanos, long gapNanos) {
    return sinceNanos + gapNanos + gapNanos / 2 >= longestSilenceNanos;
  }
}
