package dev.voltbus.outbox;

import java.nio.file.Path;

/// The disk gave an error instead of the records. They may be readable later, so they are neither
/// given up nor passed over: the owner decides whether order or what is behind them matters more.
public final class OutboxReadException extends OutboxException {
  private static final long serialVersionUID = 1L;

  private final long last;

  OutboxReadException(Path folder, long first, long last, Throwable cause) {
    super(folder, "sequences %d..%d cannot be read: %s".formatted(first, last, cause), cause);
    this.last = last;
  }

  /// The last sequence that cannot be read; reading behind it passes them over.
  public long last() {
    return last;
  }
}
