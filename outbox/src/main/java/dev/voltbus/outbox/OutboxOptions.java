package dev.voltbus.outbox;

import java.nio.file.Path;
import java.time.Duration;

/// Where an outbox keeps its records and how many.
///
/// @param folder a folder of its own; created if it is not there
/// @param mostBytes bytes of its segment files together; beyond it the oldest segment is dropped;
///   twice `segmentBytes`..64 GiB
/// @param longestAge older records are dropped; 1 s..3650 days
/// @param segmentBytes size of a segment file, the piece in which disk space is freed; 4 KiB..64
///   MiB
/// @param memoryBytes bytes of records kept in memory while the disk does not work; 4 KiB..1 GiB
/// @param queueBytes bytes that may wait for the disk before an append is refused; 1 KiB..256 MiB
public record OutboxOptions(
    Path folder,
    long mostBytes,
    Duration longestAge,
    int segmentBytes,
    int memoryBytes,
    int queueBytes) {
  private static final int KIB = 1024;
  private static final int MIB = 1024 * KIB;

  public static final long DEFAULT_MOST_BYTES = 256L * MIB;
  public static final Duration DEFAULT_LONGEST_AGE = Duration.ofDays(7);
  public static final int DEFAULT_SEGMENT_BYTES = 8 * MIB;
  public static final int DEFAULT_MEMORY_BYTES = 16 * MIB;
  public static final int DEFAULT_QUEUE_BYTES = 8 * MIB;

  /// A segment in memory is this part of `memoryBytes`, so that dropping one leaves the others.
  private static final int MEMORY_SEGMENTS = 4;

  public OutboxOptions {
    check("segmentBytes", segmentBytes, 4 * KIB, 64L * MIB);
    check("mostBytes", mostBytes, 2L * segmentBytes, 64L * 1024 * MIB);
    check("longestAge in seconds", longestAge.toSeconds(), 1, Duration.ofDays(3650).toSeconds());
    check("memoryBytes", memoryBytes, 4 * KIB, 1024L * MIB);
    check("queueBytes", queueBytes, KIB, 256L * MIB);
  }

  private static void check(String thing, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "outbox: %s %d is not within %d..%d".formatted(thing, value, least, most));
    }
  }

  /// The defaults for a folder.
  public static OutboxOptions of(Path folder) {
    return new OutboxOptions(
        folder,
        DEFAULT_MOST_BYTES,
        DEFAULT_LONGEST_AGE,
        DEFAULT_SEGMENT_BYTES,
        DEFAULT_MEMORY_BYTES,
        DEFAULT_QUEUE_BYTES);
  }

  public OutboxOptions withMostBytes(long most) {
    return new OutboxOptions(folder, most, longestAge, segmentBytes, memoryBytes, queueBytes);
  }

  public OutboxOptions withLongestAge(Duration longest) {
    return new OutboxOptions(folder, mostBytes, longest, segmentBytes, memoryBytes, queueBytes);
  }

  public OutboxOptions withSegmentBytes(int bytes) {
    return new OutboxOptions(folder, mostBytes, longestAge, bytes, memoryBytes, queueBytes);
  }

  public OutboxOptions withMemoryBytes(int bytes) {
    return new OutboxOptions(folder, mostBytes, longestAge, segmentBytes, bytes, queueBytes);
  }

  public OutboxOptions withQueueBytes(int bytes) {
    return new OutboxOptions(folder, mostBytes, longestAge, segmentBytes, memoryBytes, bytes);
  }

  /// The longest payload an append takes: it must fit a segment, on disk and in memory, and the
  /// queue.
  public int largestPayload() {
    int room = Math.min(segmentBytes - SegmentFormat.HEADER, memorySegmentBytes());
    return Math.min(room, queueBytes) - SegmentFormat.RECORD_HEADER;
  }

  int memorySegmentBytes() {
    return Math.min(memoryBytes / MEMORY_SEGMENTS, segmentBytes - SegmentFormat.HEADER);
  }
}
