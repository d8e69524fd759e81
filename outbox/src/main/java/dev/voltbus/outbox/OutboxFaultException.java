package dev.voltbus.outbox;

import java.nio.file.Path;

/// A fault of ours; the outbox goes on.
public final class OutboxFaultException extends OutboxException {
  private static final long serialVersionUID = 1L;

  OutboxFaultException(Path folder, Throwable cause) {
    super(folder, "fault of the outbox: " + cause, cause);
  }
}
