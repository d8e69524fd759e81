package dev.voltbus.outbox;

import java.io.IOException;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.function.Predicate;

/// A segment file. It knows where every so many bytes a record begins, so that reading on from
/// somewhere need not start at the front.
final class FileSegment implements Segment {
  private static final long STEP = 1 << 16;

  private final Path file;
  private final Marks marks;
  private final TreeMap<Integer, Long> places = new TreeMap<>();
  private volatile long bytes = SegmentFormat.HEADER;

  FileSegment(Path file, Marks marks) {
    this.file = file;
    this.marks = marks;
  }

  Path file() {
    return file;
  }

  /// A record begins here, in ascending order.
  void note(int ordinal, long position) {
    if (places.isEmpty() || position - places.lastEntry().getValue() >= STEP) {
      places.put(ordinal, position);
    }
  }

  /// Whole records are there up to here.
  void reach(long position) {
    bytes = position;
  }

  @Override
  public Marks marks() {
    return marks;
  }

  @Override
  public long bytes() {
    return bytes;
  }

  @Override
  public int visit(int from, Predicate<OutboxRecord> visitor) throws IOException {
    int wanted = marks.nextWanted(from);
    int count = marks.count();
    if (wanted == count) {
      return 0;
    }
    var place = places.floorEntry(wanted);
    long sequence = marks.first() + place.getKey();
    try (RecordWalk walk = RecordWalk.open(file, place.getValue(), sequence)) {
      return visit(walk, wanted, visitor);
    }
  }

  /// Records that the walk leaves out are broken. Those appended meanwhile are for the next visit.
  private int visit(RecordWalk walk, int from, Predicate<OutboxRecord> visitor) throws IOException {
    int count = marks.count();
    int lost = 0;
    int next = from;
    while (next < count) {
      OutboxRecord record = walk.next();
      int at = record == null ? count : (int) Math.min(count, ordinal(record.sequence()));
      lost += marks.give(next, at);
      next = Math.max(next, at + 1);
      if (record != null && at >= from && marks.isWanted(at) && !visitor.test(record)) {
        break;
      }
    }
    return lost;
  }
}
