package dev.voltbus.outbox;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// A segment while the disk does not work. Only the outbox's thread sees its records.
final class MemorySegment implements Segment {
  private final Marks marks;
  private final List<OutboxRecord> records = new ArrayList<>();
  private volatile long bytes;

  MemorySegment(long first) {
    marks = new Marks(first);
  }

  void add(OutboxRecord record) {
    records.add(record);
    bytes = bytes() + SegmentFormat.sizeOf(record);
    marks.grow(1);
  }

  List<OutboxRecord> records() {
    return records;
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
  public int visit(int from, Predicate<OutboxRecord> visitor) {
    int at = marks.nextWanted(from);
    while (at < records.size() && visitor.test(records.get(at))) {
      at = marks.nextWanted(at + 1);
    }
    return 0;
  }
}
