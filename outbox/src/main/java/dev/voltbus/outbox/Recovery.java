package dev.voltbus.outbox;

import dev.voltbus.outbox.OutboxEvent.Damaged;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/// Finds out what a folder holds. Whatever the files look like, it does not fail: what is whole is
/// kept, and what is not is said.
final class Recovery {
  /// More records than a segment can have.
  private static final long MORE_THAN_ANY = 1L << 32;

  private final Folder folder;
  private final Reports reports;
  private final List<FileSegment> segments = new ArrayList<>();
  private long next = 1;

  private Recovery(Folder folder, Reports reports) {
    this.folder = folder;
    this.reports = reports;
  }

  /// @throws IOException if the folder cannot be listed
  static Recovery of(Folder folder, Reports reports) throws IOException {
    Recovery recovery = new Recovery(folder, reports);
    List<Long> firsts = folder.segments();
    for (int i = 0; i < firsts.size(); i++) {
      boolean last = i + 1 == firsts.size();
      recovery.recover(firsts.get(i), last ? Long.MAX_VALUE : firsts.get(i + 1));
    }
    return recovery;
  }

  /// What could be read, in order; a segment may turn out to be empty.
  List<FileSegment> segments() {
    return segments;
  }

  /// A sequence greater than any that a record ever had here.
  long next() {
    return next;
  }

  /// @param limit where the next segment begins; leftovers of a fault may reach beyond
  private void recover(long first, long limit) {
    FileSegment segment = new FileSegment(folder.segment(first), new Marks(first));
    next = Math.max(next, first);
    try {
      if (isReadable(segment.file(), first)) {
        restoreMarks(segment);
        Found found = walk(segment, limit);
        next = Math.max(next, segment.marks().end());
        segments.add(segment);
        cut(segment, found);
      }
    } catch (IOException e) {
      tell(
          segment.file(),
          0,
          0,
          "cannot be read or cut now, is tried again at the next start: " + e);
      next = Math.max(next, first + MORE_THAN_ANY);
    }
  }

  private boolean isReadable(Path file, long first) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(SegmentFormat.HEADER);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      channel.read(header, 0);
      if (!SegmentFormat.isNewer(header.flip())) {
        return true;
      }
      next = Math.max(next, first + MORE_THAN_ANY);
      tell(file, 0, 0, "written by a later release, left alone");
      return false;
    }
  }

  private void restoreMarks(FileSegment segment) {
    long first = segment.marks().first();
    try {
      segment.marks().restore(MarksFile.read(folder, first));
    } catch (IOException e) {
      tell(folder.marks(first), 0, 0, "acknowledgements unreadable, records come again: " + e);
    }
  }

  /// What a walk came upon.
  ///
  /// @param lost records missing between others, unless nobody wants them
  /// @param skipped bytes in their place
  private record Found(int lost, long skipped) {}

  private Found walk(FileSegment segment, long limit) throws IOException {
    int lost = 0;
    long skipped = 0;
    try (RecordWalk walk =
        RecordWalk.open(segment.file(), SegmentFormat.HEADER, segment.marks().first())) {
      OutboxRecord record = walk.next();
      while (record != null && record.sequence() < limit) {
        int missing = take(segment, record, walk);
        lost += missing;
        skipped += missing == 0 ? 0 : walk.start() - segment.bytes();
        segment.reach(walk.position());
        record = walk.next();
      }
    }
    return new Found(lost, skipped);
  }

  private static int take(FileSegment segment, OutboxRecord record, RecordWalk walk) {
    Marks marks = segment.marks();
    int before = marks.count();
    int ordinal = (int) segment.ordinal(record.sequence());
    segment.note(ordinal, walk.start());
    marks.grow(ordinal + 1 - before);
    return marks.give(before, ordinal);
  }

  /// Nothing behind the last whole record can be read, so it goes.
  private void cut(FileSegment segment, Found found) throws IOException {
    try (FileChannel file = FileChannel.open(segment.file(), StandardOpenOption.WRITE)) {
      long torn = file.size() - Math.min(file.size(), segment.bytes());
      if (torn > 0) {
        file.truncate(segment.bytes());
      }
      if (torn > 0 || found.lost > 0) {
        String reason = torn > 0 ? "torn end cut off" : "broken records left out";
        tell(segment.file(), found.lost, torn + found.skipped, reason);
      }
    }
  }

  private void tell(Path file, int records, long bytes, String reason) {
    reports.tell(new Damaged(file.getFileName().toString(), records, bytes, reason));
  }
}
