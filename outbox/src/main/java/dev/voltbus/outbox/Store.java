package dev.voltbus.outbox;

import dev.voltbus.contract.TimeSource;
import dev.voltbus.outbox.DiskState.InMemory;
import dev.voltbus.outbox.DiskState.OnDisk;
import dev.voltbus.outbox.OutboxEvent.DiskChanged;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Where new records go: to the newest segment file, or to memory while the disk does not work.
/// Only the outbox's thread works with it.
final class Store {
  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final Duration LONGEST_RETRY = Duration.ofMinutes(1);
  private static final int BUFFER = 1 << 18;

  /// Sequences begin here when the folder cannot be read: beyond any that were counted from 1, and
  /// beyond those of an earlier start like this.
  private static final int WALL_SHIFT = 20;

  private final OutboxOptions options;
  private final TimeSource time;
  private final Segments segments;
  private final Reports reports;
  private final Interval retry;
  private final AtomicLong commits = new AtomicLong();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
  private @Nullable Folder folder;
  private @Nullable SegmentWriter writer;
  private @Nullable MemorySegment memory;
  private long next = 1;

  Store(OutboxOptions options, TimeSource time, Segments segments, Reports reports) {
    this.options = options;
    this.time = time;
    this.segments = segments;
    this.reports = reports;
    this.retry = new Interval(time, FIRST_RETRY, LONGEST_RETRY);
  }

  /// @throws OutboxLockedException if somebody else has the folder open
  void open() {
    try {
      goToDisk();
    } catch (IOException e) {
      if (folder == null) {
        next = Math.max(next, time.wallMillis() << WALL_SHIFT);
      }
      leaveDisk(e);
    }
  }

  /// The sequence for a new record.
  long nextSequence() {
    return next++;
  }

  /// Keeps new records.
  ///
  /// @return how many of them, from the first on, are on disk; the others are in memory
  int append(List<OutboxRecord> records) {
    int stored = 0;
    try {
      while (writer != null && stored < records.size()) {
        stored += write(writer, records.subList(stored, records.size()));
      }
    } catch (IOException e) {
      leaveDisk(e);
    }
    records.subList(stored, records.size()).forEach(this::keep);
    return stored;
  }

  /// Writes what fits the segment, at least one record.
  private int write(SegmentWriter open, List<OutboxRecord> records) throws IOException {
    SegmentWriter target = hasRoom(open, records.getFirst()) ? open : roll(open, records);
    int count = 0;
    while (count < records.size() && hasRoom(target, records.get(count))) {
      target.put(records.get(count));
      count++;
    }
    target.commit();
    commits.incrementAndGet();
    target.segment().marks().grow(count);
    return count;
  }

  private boolean hasRoom(SegmentWriter target, OutboxRecord record) {
    return target.position() + SegmentFormat.sizeOf(record) <= options.segmentBytes();
  }

  private SegmentWriter roll(SegmentWriter full, List<OutboxRecord> records) throws IOException {
    full.close();
    return startSegment(opened(), records.getFirst().sequence());
  }

  private SegmentWriter startSegment(Folder target, long first) throws IOException {
    SegmentWriter started = SegmentWriter.create(target, new Marks(first), buffer);
    segments.put(started.segment());
    writer = started;
    return started;
  }

  private void keep(OutboxRecord record) {
    MemorySegment open = memory;
    int size = SegmentFormat.sizeOf(record);
    if (open == null
        || open.marks().end() != record.sequence()
        || open.bytes() + size > options.memorySegmentBytes()) {
      open = new MemorySegment(record.sequence());
      segments.put(open);
      memory = open;
    }
    open.add(record);
  }

  /// After a fault: nothing is written to that file any more.
  void leaveDisk(Throwable fault) {
    SegmentWriter broken = writer;
    writer = null;
    if (broken != null) {
      broken.abandon();
      retryLater();
    }
    DiskState state = new InMemory(fault.toString());
    if (!reports.disk().equals(state)) {
      reports.tell(new DiskChanged(state));
    }
  }

  /// A disk that worked for longer than the last pause begins with a short one; one that fails
  /// again at once is in for a long one.
  private void retryLater() {
    if (retry.isDue()) {
      retry.restart();
    }
  }

  /// If it does not work and it is time to, tries the disk again.
  void retryDisk() {
    if (retry.isDue()) {
      retryNow();
    }
  }

  /// If it does not work, tries the disk again.
  void retryNow() {
    if (isOnDisk()) {
      return;
    }
    try {
      goToDisk();
      reports.tell(new DiskChanged(new OnDisk()));
    } catch (IOException | OutboxLockedException e) {
      leaveDisk(e);
    }
    retry.backOff();
  }

  boolean isOnDisk() {
    return writer != null;
  }

  private void goToDisk() throws IOException {
    Folder target = opened();
    memory = null;
    for (MemorySegment each : segments.all(MemorySegment.class)) {
      moveToDisk(target, each);
    }
    startSegment(target, next);
  }

  private Folder opened() throws IOException {
    Folder present = folder;
    if (present == null) {
      present = Folder.open(options.folder());
      recover(present);
      folder = present;
    }
    return present;
  }

  private void recover(Folder found) throws IOException {
    try {
      Recovery recovery = Recovery.of(found, reports);
      checkOrder(recovery.next());
      recovery.segments().forEach(segments::put);
      next = Math.max(next, recovery.next());
    } catch (IOException | RuntimeException e) {
      found.close();
      throw e;
    }
  }

  /// Records that came while the folder could not be read must be behind those in it.
  private void checkOrder(long found) throws IOException {
    List<Segment> held = List.copyOf(segments.all());
    if (!held.isEmpty() && held.getFirst().marks().first() < found) {
      throw new IOException(
          "sequences in the folder reach %d, those in memory begin with %d"
              .formatted(found, held.getFirst().marks().first()));
    }
  }

  private void moveToDisk(Folder target, MemorySegment from) throws IOException {
    if (from.marks().wanted() == 0) {
      segments.remove(from);
      return;
    }
    SegmentWriter copy = SegmentWriter.create(target, from.marks(), buffer);
    try {
      for (OutboxRecord record : from.records()) {
        copy.put(record);
      }
      copy.commit();
      segments.put(copy.segment());
    } finally {
      copy.close();
    }
  }

  /// Writes to the disk so far.
  long commits() {
    return commits.get();
  }

  /// The folder, if it could be opened.
  @Nullable Folder folder() {
    return folder;
  }

  void close() throws IOException {
    if (writer != null) {
      writer.close();
    }
    if (folder != null) {
      folder.close();
    }
  }
}
