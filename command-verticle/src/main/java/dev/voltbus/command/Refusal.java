package dev.voltbus.command;

import java.util.Locale;

/// Why a command is refused, for programs and for people. What runs already stays as it is.
///
/// @param code for programs
/// @param text for people: thing, value and bound
record Refusal(Code code, String text) {

  /// Append only: results and audit carry it.
  enum Code {
    /// The broker kept it from an earlier time.
    RETAINED,
    /// It was there before the gateway listened.
    QUEUED,
    /// Its time to live was over when it came.
    TOO_LATE,
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
    /// Less than the register can hold.
    BELOW_REGISTER,
    TIMEOUT_OUT_OF_RANGE,
    /// Neither limit is given.
    NO_LIMIT,
    UNKNOWN_COMMAND,
    UNKNOWN_DEVICE,
    /// The site file names no register for limits.
    NO_TARGET,
    /// The site file does not allow it, or not from there.
    NOT_PERMITTED,
    /// More of them than may come from one topic.
    RATE_LIMIT,
    /// An envelope is needed, or a member of it is missing.
    NO_ENVELOPE,
    UNKNOWN_SENDER,
    WRONG_SIGNATURE,
    /// Issued longer ago than its time to live.
    STALE,
    /// Issued in the future.
    FROM_FUTURE,
    /// An id that was seen before.
    REPEATED_ID,
    /// The control state could not be kept on disk.
    NOT_KEPT;

    /// As results and audit have it: `above-envelope`.
    String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }
}
