package dev.voltbus.outbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;

/// Writes a new segment file. What was put into it is on disk when [#commit] returns, and after a
/// fault it is not known how much of the rest is; so a file with a fault is not written to again.
final class SegmentWriter {
  private final FileSegment segment;
  private final FileChannel channel;
  private final ByteBuffer buffer;
  private long position = SegmentFormat.HEADER;

  private SegmentWriter(FileSegment segment, FileChannel channel, ByteBuffer buffer) {
    this.segment = segment;
    this.channel = channel;
    this.buffer = buffer;
  }

  /// @param marks of the new segment, with the sequence it begins with
  /// @param buffer for the use of one writer at a time
  static SegmentWriter create(Folder folder, Marks marks, ByteBuffer buffer) throws IOException {
    FileSegment segment = new FileSegment(folder.segment(marks.first()), marks);
    // Whatever segment these belonged to, they must not acknowledge anything in this one.
    Files.deleteIfExists(folder.marks(marks.first()));
    FileChannel channel = folder.create(segment.file());
    SegmentWriter writer = new SegmentWriter(segment, channel, buffer.clear());
    try {
      SegmentFormat.putHeader(buffer, marks.first());
      writer.force();
      folder.sync();
    } catch (IOException e) {
      writer.abandon();
      throw e;
    }
    return writer;
  }

  FileSegment segment() {
    return segment;
  }

  /// Bytes of the file with all that was put.
  long position() {
    return position;
  }

  void put(OutboxRecord record) throws IOException {
    int size = SegmentFormat.sizeOf(record);
    if (size > buffer.remaining()) {
      drain(buffer);
    }
    if (size <= buffer.capacity()) {
      SegmentFormat.putRecord(buffer, record);
    } else {
      ByteBuffer large = ByteBuffer.allocate(size);
      SegmentFormat.putRecord(large, record);
      drain(large);
    }
    segment.note((int) segment.ordinal(record.sequence()), position);
    position += size;
  }

  private void drain(ByteBuffer bytes) throws IOException {
    Folder.writeFully(channel, bytes.flip());
    bytes.clear();
  }

  void commit() throws IOException {
    force();
    segment.reach(position);
  }

  private void force() throws IOException {
    drain(buffer);
    channel.force(false);
  }

  void close() throws IOException {
    channel.close();
  }

  /// After a fault: what was not committed should not be there. If it stays, it is read again at
  /// the next open, which is allowed.
  void abandon() {
    try (channel) {
      channel.truncate(segment.bytes());
    } catch (IOException e) {
      Outbox.LOG.debug("{} is left as it is", segment.file(), e);
    }
  }
}
