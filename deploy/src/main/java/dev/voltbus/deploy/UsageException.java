package dev.voltbus.deploy;

/// The command line is wrong, and nothing was done. Its message is all that is printed.
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message, null, false, false);
  }
}
