package dev.voltbus.outbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.BitSet;

/// The file beside a segment that says which of its records are acknowledged. It may be behind:
/// then records are read again. It is replaced as a whole, so it is never half of one and half of
/// another.
final class MarksFile {
  private static final int MAGIC = 0x5642414B; // VBAK
  private static final byte VERSION = 1;

  /// Magic, version, three reserved bytes, first sequence.
  private static final int HEADER = 16;

  private MarksFile() {}

  static void write(Folder folder, long first, BitSet gone) throws IOException {
    Path target = folder.marks(first);
    Path draft = folder.draft(first);
    try (FileChannel out = folder.create(draft)) {
      Folder.writeFully(out, encode(first, gone));
      out.force(true);
    }
    Folder.move(draft, target);
  }

  private static ByteBuffer encode(long first, BitSet gone) {
    byte[] bits = gone.toByteArray();
    ByteBuffer out = ByteBuffer.allocate(HEADER + bits.length + Integer.BYTES);
    out.putInt(MAGIC).put(VERSION).put(new byte[3]).putLong(first).put(bits);
    return out.putInt(SegmentFormat.checksum(out, 0, out.position())).flip();
  }

  /// The marks of a segment, none if there is no file.
  ///
  /// @throws IOException if it cannot be read or is not such a file
  static BitSet read(Folder folder, long first) throws IOException {
    try {
      return decode(ByteBuffer.wrap(Files.readAllBytes(folder.marks(first))), first);
    } catch (NoSuchFileException nothingAcknowledged) {
      return new BitSet();
    }
  }

  private static BitSet decode(ByteBuffer in, long first) throws IOException {
    int end = in.limit() - Integer.BYTES;
    if (end < HEADER
        || in.getInt(end) != SegmentFormat.checksum(in, 0, end)
        || in.getInt(0) != MAGIC
        || in.get(Integer.BYTES) != VERSION
        || in.getLong(HEADER - Long.BYTES) != first) {
      throw new IOException("damaged, or not of this release");
    }
    return BitSet.valueOf(in.slice(HEADER, end - HEADER));
  }
}
