package dev.voltbus.outbox;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// The bytes of a segment file, form 1; docs/reference/outbox.md has the tables.
final class SegmentFormat {
  /// Magic, version, three reserved bytes, first sequence, checksum.
  static final int HEADER = 20;

  /// Checksum, length of the payload, sequence, time.
  static final int RECORD_HEADER = 24;

  static final int LENGTH_AT = 4;
  static final int SEQUENCE_AT = 8;
  private static final int TIME_AT = 16;

  private static final int MAGIC = 0x56424F58; // VBOX
  private static final byte VERSION = 1;
  private static final int VERSION_AT = 4;
  private static final int RESERVED = 3;

  private SegmentFormat() {}

  static int sizeOf(OutboxRecord record) {
    return RECORD_HEADER + record.bytes().length;
  }

  static void putHeader(ByteBuffer out, long first) {
    int from = out.position();
    out.putInt(MAGIC).put(VERSION).put(new byte[RESERVED]).putLong(first);
    out.putInt(checksum(out, from, out.position()));
  }

  /// Whether a whole header says that a later release wrote the file.
  static boolean isNewer(ByteBuffer header) {
    return header.remaining() >= HEADER
        && header.getInt(0) == MAGIC
        && header.get(VERSION_AT) > VERSION
        && header.getInt(HEADER - Integer.BYTES) == checksum(header, 0, HEADER - Integer.BYTES);
  }

  static void putRecord(ByteBuffer out, OutboxRecord record) {
    int from = out.position();
    out.putInt(0).putInt(record.bytes().length);
    out.putLong(record.sequence()).putLong(record.timeMillis()).put(record.bytes());
    out.putInt(from, checksum(out, from + LENGTH_AT, out.position()));
  }

  /// Whether checksum and bytes from here on agree.
  static boolean isWhole(ByteBuffer bytes, int from, int length) {
    int end = from + RECORD_HEADER + length;
    return bytes.getInt(from) == checksum(bytes, from + LENGTH_AT, end);
  }

  static OutboxRecord record(ByteBuffer bytes, int from, int length) {
    byte[] payload = new byte[length];
    bytes.get(from + RECORD_HEADER, payload);
    return new OutboxRecord(
        bytes.getLong(from + SEQUENCE_AT), bytes.getLong(from + TIME_AT), payload);
  }

  static int checksum(ByteBuffer bytes, int from, int to) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate().limit(to).position(from));
    return (int) crc.getValue();
  }
}
