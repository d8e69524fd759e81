package dev.voltbus.deploy;

/// Something the person who started Voltbus can put right. Its message is all that is printed.
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message, null, false, false);
  }
}
