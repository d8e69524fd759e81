package dev.voltbus.command;

/// A bound for each direction of a battery's current, both as magnitudes.
///
/// @param charge A, 0 or more; infinite where nothing bounds it
/// @param discharge A, 0 or more; infinite where nothing bounds it
record Amperes(double charge, double discharge) {
  static final Amperes NONE = new Amperes(0, 0);
  static final Amperes UNBOUNDED = new Amperes(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);

  Amperes {
    check("charge", charge);
    check("discharge", discharge);
  }

  private static void check(String direction, double amperes) {
    if (Double.isNaN(amperes) || amperes < 0) {
      throw new IllegalArgumentException(direction + " " + amperes + " A is not 0 or more");
    }
  }

  /// The smaller one in each direction.
  Amperes within(Amperes other) {
    return new Amperes(Math.min(charge, other.charge), Math.min(discharge, other.discharge));
  }
}
