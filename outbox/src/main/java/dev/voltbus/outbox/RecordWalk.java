package dev.voltbus.outbox;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// Reads the records of a segment file one after the other. Where bytes are broken it looks for the
/// next whole record with a fitting sequence, so that damage costs what is damaged and no more.
final class RecordWalk implements Closeable {
  private static final int CHUNK = 1 << 16;

  private final FileChannel channel;
  private final long end;
  private ByteBuffer window = ByteBuffer.allocate(CHUNK).limit(0);
  private long windowAt;
  private long start;
  private long position;
  private long sequence;

  private RecordWalk(FileChannel channel, long end, long position, long sequence) {
    this.channel = channel;
    this.end = end;
    this.position = position;
    this.sequence = sequence;
  }

  /// @param position where the record of that sequence should begin
  static RecordWalk open(Path file, long position, long sequence) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      return new RecordWalk(channel, channel.size(), position, sequence);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /// The next whole record; null if there is none up to the end of the file.
  @Nullable OutboxRecord next() throws IOException {
    OutboxRecord record = recordAt(position, sequence, sequence);
    if (record == null) {
      record = search();
    }
    return record;
  }

  /// Where the last record begins.
  long start() {
    return start;
  }

  /// Where the last record ends.
  long position() {
    return position;
  }

  /// Looks at each place; only one whose sequence fits costs a checksum.
  private @Nullable OutboxRecord search() throws IOException {
    long most = sequence + (end - position) / SegmentFormat.RECORD_HEADER;
    for (long at = position + 1; end - at >= SegmentFormat.RECORD_HEADER; at++) {
      OutboxRecord record = recordAt(at, sequence, most);
      if (record != null) {
        return record;
      }
    }
    return null;
  }

  private @Nullable OutboxRecord recordAt(long at, long least, long most) throws IOException {
    if (!load(at, SegmentFormat.RECORD_HEADER)) {
      return null;
    }
    long found = window.getLong(offset(at) + SegmentFormat.SEQUENCE_AT);
    int length = window.getInt(offset(at) + SegmentFormat.LENGTH_AT);
    if (found < least || found > most || length < 0) {
      return null;
    }
    return load(at, SegmentFormat.RECORD_HEADER + (long) length) ? whole(at, length) : null;
  }

  private @Nullable OutboxRecord whole(long at, int length) {
    if (!SegmentFormat.isWhole(window, offset(at), length)) {
      return null;
    }
    OutboxRecord record = SegmentFormat.record(window, offset(at), length);
    start = at;
    position = at + SegmentFormat.sizeOf(record);
    sequence = record.sequence() + 1;
    return record;
  }

  private int offset(long at) {
    return (int) (at - windowAt);
  }

  /// Has so many bytes from a place on in the window, unless the file ends before.
  private boolean load(long at, long count) throws IOException {
    if (at + count > end) {
      return false;
    }
    if (at < windowAt || at + count > windowAt + window.limit()) {
      fill(at, (int) count);
    }
    return at + count <= windowAt + window.limit();
  }

  private void fill(long at, int least) throws IOException {
    if (window.capacity() < least) {
      window = ByteBuffer.allocate(least);
    }
    window.clear();
    int read = 0;
    while (read >= 0 && window.hasRemaining()) {
      read = channel.read(window, at + window.position());
    }
    window.flip();
    windowAt = at;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
