package dev.voltbus.contract;

/// A step of a trial, such as that of a broker.
///
/// @param name such as `connect`
/// @param outcome how it went
/// @param text what was found; of a failure also the cure
public record TrialStep(String name, Outcome outcome, String text) {

  /// How a step went. Append only; the ordinal is on the wire.
  public enum Outcome {
    UNKNOWN,
    OK,
    FAILED,
    NOT_TRIED;

    static Outcome of(int code) {
      return code > 0 && code < values().length ? values()[code] : UNKNOWN;
    }
  }
}
