package dev.voltbus.deploy;

/// A command could not do what it was asked, for a reason outside the command line: a port that is
/// taken, a device that does not answer. Its message is all that is printed.
final class CommandException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CommandException(String message) {
    super(message, null, false, false);
  }

  /// @param advice what to try next, shown on a line of its own; empty if nobody knows
  CommandException(String message, String advice) {
    this(advice.isEmpty() ? message : message + System.lineSeparator() + "  try: " + advice);
  }
}
