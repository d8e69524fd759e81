package dev.voltbus.outbox;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What can go wrong with an outbox. The message starts with its folder. There is no stack trace:
/// what waits for a disk is refused often or not at all.
public abstract sealed class OutboxException extends RuntimeException
    permits OutboxClosedException,
        OutboxFaultException,
        OutboxLockedException,
        OutboxOverloadException,
        OutboxReadException {
  private static final long serialVersionUID = 1L;

  OutboxException(Path folder, String fact, @Nullable Throwable cause) {
    super("outbox %s: %s".formatted(folder, fact), cause, false, false);
  }

  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }
}
