package dev.voltbus.contract;

/// A step of a trial, such as that of a broker.
///
/// @param name such as `connect`
/// @param outcome how it went
/// @param text what was found; of a failure also the cure
public record TrialStep(String name, Outcome outcome, String text) {

  /// How a step went.
  public enum Outcome {
    OK,
    FAILED,
    NOT_TRIED
  }
}
