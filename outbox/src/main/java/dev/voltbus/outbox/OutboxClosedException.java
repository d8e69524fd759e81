package dev.voltbus.outbox;

import java.nio.file.Path;

/// The outbox was closed before.
public final class OutboxClosedException extends OutboxException {
  private static final long serialVersionUID = 1L;

  OutboxClosedException(Path folder) {
    super(folder, "closed", null);
  }
}
