package dev.voltbus.outbox;

import java.nio.file.Path;

/// Somebody else has the folder open. Two writers would destroy each other's records.
public final class OutboxLockedException extends OutboxException {
  private static final long serialVersionUID = 1L;

  OutboxLockedException(Path folder) {
    super(
        folder,
        "in use by another process or part of this one; stop that, or configure another folder",
        null);
  }
}
