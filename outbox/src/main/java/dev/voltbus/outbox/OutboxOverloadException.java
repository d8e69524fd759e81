package dev.voltbus.outbox;

import java.nio.file.Path;

/// Too much waits for the disk already, so this was refused at once.
public final class OutboxOverloadException extends OutboxException {
  private static final long serialVersionUID = 1L;

  OutboxOverloadException(Path folder, long waiting, int size, int bound) {
    super(
        folder,
        "refused, %d bytes wait for the disk, with these %d they pass the bound of %d"
            .formatted(waiting, size, bound),
        null);
  }
}
