package dev.voltbus.outbox;

import dev.voltbus.contract.TimeSource;
import dev.voltbus.outbox.OutboxEvent.Bound;
import java.io.IOException;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;

/// What has to be done now and then: bounds, files that nobody needs, acknowledgements to save, a
/// disk to try again.
final class Upkeep {
  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
  private static final Duration SAVE_EVERY = Duration.ofSeconds(5);

  private final OutboxOptions options;
  private final Segments segments;
  private final Store store;
  private final Reports reports;
  private final AgeClock clock;
  private final Interval look;
  private final Interval save;
  private volatile long oldestMillis;

  Upkeep(OutboxOptions options, TimeSource time, Segments segments, Store store, Reports reports) {
    this.options = options;
    this.segments = segments;
    this.store = store;
    this.reports = reports;
    this.clock = new AgeClock(time);
    this.look = Interval.every(time, LOOK_EVERY);
    this.save = Interval.every(time, SAVE_EVERY);
  }

  /// What cannot wait after an append.
  void boundBytes() {
    boundBytes(FileSegment.class, options.mostBytes(), Bound.BYTES);
    boundBytes(MemorySegment.class, options.memoryBytes(), Bound.MEMORY);
  }

  private <T extends Segment> void boundBytes(Class<T> kind, long most, Bound bound) {
    if (segments.bytes(kind) <= most) {
      return;
    }
    for (T segment : segments.all(kind)) {
      if (segment != segments.newest() && segments.bytes(kind) > most) {
        dropAll(segment, bound);
      }
    }
    tidy();
  }

  private void dropAll(Segment segment, Bound bound) {
    Dropping dropping = new Dropping(segment, bound);
    try {
      segments.visit(segment, 0, dropping::drop);
    } catch (IOException e) {
      Outbox.LOG.debug("{} is dropped unread", segment.marks().first(), e);
    }
    dropping.dropRest();
    dropping.tell(reports);
  }

  /// The rest, when it is time to.
  void lookAfter() {
    if (look.isDue()) {
      look.restart();
      store.retryDisk();
      boundAll();
    }
    if (save.isDue()) {
      saveMarks();
    }
  }

  /// All of it now.
  void flush() {
    store.retryDisk();
    boundAll();
    saveMarks();
  }

  /// The last one. What is in memory only ends with the process, unless the disk takes it now.
  void close() {
    store.retryNow();
    boundAll();
    saveMarks();
    segments.all(MemorySegment.class).forEach(segment -> dropAll(segment, Bound.MEMORY));
  }

  void boundAll() {
    boundBytes();
    dropOld();
    tidy();
  }

  /// Drops what is too old, up to the first record that is not. That one is the oldest then.
  private void dropOld() {
    long cutoff = clock.nowMillis() - options.longestAge().toMillis();
    for (Segment segment : segments.all()) {
      Dropping dropping = new Dropping(segment, Bound.AGE);
      visit(segment, record -> record.timeMillis() < cutoff && dropping.drop(record));
      dropping.tell(reports);
      if (segment.marks().wanted() > 0) {
        return;
      }
    }
  }

  private void visit(Segment segment, Predicate<OutboxRecord> visitor) {
    try {
      segments.visit(
          segment,
          0,
          record -> {
            oldestMillis = record.timeMillis();
            return visitor.test(record);
          });
    } catch (IOException e) {
      Outbox.LOG.debug("{} cannot be read now", segment.marks().first(), e);
    }
  }

  /// Deletes files that nobody needs. The newest one stays: its name carries the sequence on.
  private void tidy() {
    List<FileSegment> files = segments.all(FileSegment.class);
    for (Segment segment : List.copyOf(segments.all())) {
      boolean newest =
          segment == segments.newest() || (!files.isEmpty() && segment == files.getLast());
      if (segment.marks().wanted() == 0 && !newest) {
        delete(segment);
      }
    }
  }

  private void delete(Segment segment) {
    Folder folder = store.folder();
    try {
      if (segment instanceof FileSegment file && folder != null) {
        folder.delete(file.marks().first());
      }
      segments.remove(segment);
    } catch (IOException e) {
      // It is tried again each time; in memory already, there is nothing new to say.
      if (store.isOnDisk()) {
        store.leaveDisk(e);
      }
    }
  }

  private void saveMarks() {
    save.restart();
    Folder folder = store.folder();
    if (folder != null && store.isOnDisk()) {
      segments.all(FileSegment.class).forEach(segment -> saveMarks(folder, segment.marks()));
    }
  }

  private void saveMarks(Folder folder, Marks marks) {
    BitSet gone = marks.takeChanges();
    if (gone == null) {
      return;
    }
    try {
      MarksFile.write(folder, marks.first(), gone);
    } catch (IOException e) {
      marks.keepChanges();
      store.leaveDisk(e);
    }
  }

  /// Age of the oldest record that waits.
  Duration oldestAge() {
    boolean none = segments.records() == 0 || oldestMillis == 0;
    return none ? Duration.ZERO : Duration.ofMillis(Math.max(0, clock.nowMillis() - oldestMillis));
  }

  /// Gives records of a segment up and remembers what has to be said about it.
  private static final class Dropping {
    private final Segment segment;
    private final Bound bound;
    private long records;
    private long bytes;
    private long oldestMillis;
    private long newestMillis;

    private Dropping(Segment segment, Bound bound) {
      this.segment = segment;
      this.bound = bound;
    }

    /// @return true, for the next one
    private boolean drop(OutboxRecord record) {
      int ordinal = (int) segment.ordinal(record.sequence());
      if (segment.marks().give(ordinal, ordinal + 1) > 0) {
        oldestMillis =
            bytes == 0 ? record.timeMillis() : Math.min(oldestMillis, record.timeMillis());
        newestMillis = Math.max(newestMillis, record.timeMillis());
        records++;
        bytes += SegmentFormat.sizeOf(record);
      }
      return true;
    }

    /// Those that cannot be read.
    private void dropRest() {
      records += segment.marks().give(0, Integer.MAX_VALUE);
    }

    private void tell(Reports reports) {
      if (records > 0) {
        reports.tell(new OutboxEvent.Dropped(bound, records, bytes, oldestMillis, newestMillis));
      }
    }
  }
}
