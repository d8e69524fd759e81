package dev.voltbus.command;

import java.util.Locale;

/// Why a command is refused, for programs and for people. What runs already stays as it is.
///
/// @param code for programs
/// @param text for people: thing, value and bound
record Refusal(Code code, String text) implements LimitsPayload.Reading {

  /// Append only: results and audit carry it.
  enum Code {
    /// The broker kept it from an earlier time.
    RETAINED,
    TOO_LARGE,
    TOO_DEEP,
    /// Not JSON, or not an object.
    MALFORMED,
    UNKNOWN_KEY,
    REPEATED_KEY,
    WRONG_TYPE,
    NOT_FINITE,
    NEGATIVE,
    ABOVE_ENVELOPE,
    TIMEOUT_OUT_OF_RANGE,
    /// Neither limit is given.
    NO_LIMIT,
    UNKNOWN_COMMAND,
    UNKNOWN_DEVICE,
    /// The site file names no register for limits.
    NO_TARGET;

    /// As results and audit have it: `above-envelope`.
    String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }
}
