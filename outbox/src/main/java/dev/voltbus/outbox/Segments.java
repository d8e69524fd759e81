package dev.voltbus.outbox;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// All segments of an outbox by their first sequence. Acknowledging and counting goes on on any
/// thread and does no file work; the rest is for the outbox's thread.
final class Segments {
  /// A read returns no more than this, and at least one record.
  private static final long READ_BYTES = 1 << 20;

  private final ConcurrentSkipListMap<Long, Segment> byFirst = new ConcurrentSkipListMap<>();
  private final Path folder;
  private final Reports reports;

  Segments(Path folder, Reports reports) {
    this.folder = folder;
    this.reports = reports;
  }

  /// Takes the place of one with the same first sequence.
  void put(Segment segment) {
    byFirst.put(segment.marks().first(), segment);
  }

  void remove(Segment segment) {
    byFirst.remove(segment.marks().first(), segment);
  }

  /// In the order of their sequences.
  Collection<Segment> all() {
    return byFirst.values();
  }

  <T extends Segment> List<T> all(Class<T> kind) {
    return all().stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /// The one with the highest sequences.
  @Nullable Segment newest() {
    Map.Entry<Long, Segment> last = byFirst.lastEntry();
    return last == null ? null : last.getValue();
  }

  void acknowledge(long sequence) {
    Map.Entry<Long, Segment> holder = byFirst.floorEntry(sequence);
    if (holder != null) {
      give(holder.getValue(), sequence, sequence);
    }
  }

  void acknowledgeUpTo(long sequence) {
    for (Segment segment : byFirst.headMap(sequence, true).values()) {
      give(segment, segment.marks().first(), sequence);
    }
  }

  private static void give(Segment segment, long from, long to) {
    int count = segment.marks().count();
    long first = segment.ordinal(from);
    if (first < count) {
      segment.marks().give((int) first, (int) Math.min(count, segment.ordinal(to) + 1));
    }
  }

  long records() {
    return all().stream().mapToLong(segment -> segment.marks().wanted()).sum();
  }

  /// Room that is needed still: a segment nobody wants is about to be deleted.
  long bytes(Class<? extends Segment> kind) {
    return all().stream()
        .filter(kind::isInstance)
        .filter(segment -> segment.marks().wanted() > 0 || segment == newest())
        .mapToLong(Segment::bytes)
        .sum();
  }

  /// Wanted records behind a sequence, in order.
  ///
  /// @throws OutboxReadException if the very next ones cannot be read
  List<OutboxRecord> read(long after, int most) {
    Batch batch = new Batch(most);
    Long start = byFirst.floorKey(after);
    for (Segment segment : byFirst.tailMap(start == null ? 0L : start, true).values()) {
      long from = Math.max(0, segment.ordinal(after) + 1);
      if (from < segment.marks().count() && !batch.isDone()) {
        read(segment, (int) from, batch);
      }
    }
    return batch.records;
  }

  private void read(Segment segment, int from, Batch batch) {
    try {
      visit(segment, from, batch::take);
    } catch (IOException e) {
      if (batch.records.isEmpty()) {
        Marks marks = segment.marks();
        throw new OutboxReadException(folder, marks.first() + from, marks.end() - 1, e);
      }
      batch.done = true;
    }
  }

  /// Visits, and reports what is found broken.
  void visit(Segment segment, int from, Predicate<OutboxRecord> visitor) throws IOException {
    int lost = segment.visit(from, visitor);
    if (lost > 0 && segment instanceof FileSegment broken) {
      String name = broken.file().getFileName().toString();
      reports.tell(new OutboxEvent.Damaged(name, lost, 0, "records became unreadable"));
    }
  }

  /// What one read returns.
  private static final class Batch {
    private final int most;
    private final List<OutboxRecord> records = new ArrayList<>();
    private long bytes;
    private boolean done;

    private Batch(int most) {
      this.most = most;
    }

    private boolean isDone() {
      return done;
    }

    private boolean take(OutboxRecord record) {
      records.add(record);
      bytes += SegmentFormat.sizeOf(record);
      done = records.size() >= most || bytes >= READ_BYTES;
      return !done;
    }
  }
}
