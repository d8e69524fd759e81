package dev.voltbus.acquisition;

import java.time.Duration;

/// What the answers of a unit took, as a value: a straight line through round-trip time over words,
/// with old measurements fading out.
///
/// @param weight number of measurements, faded
/// @param words sum of words
/// @param nanos sum of times
/// @param wordsSquared sum of words squared
/// @param wordsNanos sum of words times time
/// @param slowestNanos the longest time lately, fading towards the average
record RoundTrips(
    double weight,
    double words,
    double nanos,
    double wordsSquared,
    double wordsNanos,
    double slowestNanos) {
  private static final double FADE = 0.98;
  private static final double ENOUGH = 8;
  private static final double LEAST_SPREAD = 4;

  static final RoundTrips NONE = new RoundTrips(0, 0, 0, 0, 0, 0);

  RoundTrips with(int count, long tookNanos) {
    double slowest = average() + (slowestNanos - average()) * FADE;
    return new RoundTrips(
        weight * FADE + 1,
        words * FADE + count,
        nanos * FADE + tookNanos,
        wordsSquared * FADE + (double) count * count,
        wordsNanos * FADE + (double) count * tookNanos,
        Math.max(slowest, (double) tookNanos));
  }

  boolean isEmpty() {
    return weight == 0;
  }

  /// Average time of an answer in nanoseconds; 0 without any.
  double average() {
    return isEmpty() ? 0 : nanos / weight;
  }

  Duration slowest() {
    return Duration.ofNanos((long) slowestNanos);
  }

  /// The most unused words that cost less than a request of their own: what a request costs without
  /// its words, by what a word costs.
  ///
  /// @return at most `most`; `most` too while too little is known
  int worthwhileGap(int most) {
    double meanWords = words / Math.max(1, weight);
    double spread = wordsSquared / Math.max(1, weight) - meanWords * meanWords;
    if (weight < ENOUGH || spread < LEAST_SPREAD) {
      return most;
    }
    double perWord = (wordsNanos / weight - meanWords * average()) / spread;
    double perRequest = average() - perWord * meanWords;
    if (perWord <= 0) {
      return most;
    }
    return (int) Math.clamp(perRequest / perWord, 0, most);
  }
}
