package dev.voltbus.contract;

/// How large the payload of a topic is.
///
/// @param least bytes with all values there, each as short as it can be
/// @param most bytes that it never exceeds
public record PayloadBytes(int least, int most) {

  /// A payload that is always so large.
  public static PayloadBytes exactly(int bytes) {
    return new PayloadBytes(bytes, bytes);
  }

  /// One that can become so large.
  public PayloadBytes upTo(int bytes) {
    return new PayloadBytes(least, Math.max(most, bytes));
  }

  /// Of one that may be either.
  public PayloadBytes or(PayloadBytes other) {
    return new PayloadBytes(Math.min(least, other.least), Math.max(most, other.most));
  }
}
