package dev.voltbus.outbox;

import io.vertx.core.buffer.Buffer;

/// A record that somebody appended and nobody has acknowledged yet. It is never changed.
public final class OutboxRecord {
  private final long sequence;
  private final long timeMillis;
  private final byte[] bytes;

  OutboxRecord(long sequence, long timeMillis, byte[] bytes) {
    this.sequence = sequence;
    this.timeMillis = timeMillis;
    this.bytes = bytes;
  }

  /// Its number, greater than that of each record before it.
  public long sequence() {
    return sequence;
  }

  /// Wall time at which it was appended, Unix ms.
  public long timeMillis() {
    return timeMillis;
  }

  /// A copy of what was appended.
  public Buffer payload() {
    return Buffer.buffer(bytes);
  }

  byte[] bytes() {
    return bytes;
  }
}
