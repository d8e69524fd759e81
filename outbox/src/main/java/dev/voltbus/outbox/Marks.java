package dev.voltbus.outbox;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// Which records of a segment are still wanted, by their place in it. The owner acknowledges from
/// its own thread while the outbox's thread reads.
final class Marks {
  private final long first;
  private final BitSet gone = new BitSet();
  private int count;
  private int wanted;
  private boolean changed;

  Marks(long first) {
    this.first = first;
  }

  /// Sequence of the segment's first record.
  long first() {
    return first;
  }

  /// What an earlier run knew; before the first [#grow]. It may know of records that are no longer
  /// readable.
  synchronized void restore(BitSet known) {
    gone.or(known);
  }

  /// So many more records can be read.
  synchronized void grow(int records) {
    for (int i = 0; i < records; i++) {
      if (!gone.get(count + i)) {
        wanted++;
      }
    }
    count += records;
  }

  synchronized int count() {
    return count;
  }

  synchronized int wanted() {
    return wanted;
  }

  /// The sequence behind all that is here or was here.
  synchronized long end() {
    return first + Math.max(count, gone.length());
  }

  synchronized boolean isWanted(int ordinal) {
    return ordinal < count && !gone.get(ordinal);
  }

  /// The first wanted record from here on; [#count] if there is none.
  synchronized int nextWanted(int from) {
    return Math.min(count, gone.nextClearBit(from));
  }

  /// Those from a place up to another, without it, are not wanted any more.
  ///
  /// @return how many of them were
  synchronized int give(int from, int to) {
    int end = Math.min(to, count);
    if (from >= end) {
      return 0;
    }
    int given = end - from - gone.get(from, end).cardinality();
    gone.set(from, end);
    wanted -= given;
    changed |= given > 0;
    return given;
  }

  /// What is to be saved now; null if that was done before.
  synchronized @Nullable BitSet takeChanges() {
    if (!changed) {
      return null;
    }
    changed = false;
    return (BitSet) gone.clone();
  }

  /// Saving failed.
  synchronized void keepChanges() {
    changed = true;
  }
}
