package dev.voltbus.outbox;

import java.io.IOException;
import java.util.function.Predicate;

/// Records with sequences without a gap, the piece in which an outbox gives room back.
sealed interface Segment permits FileSegment, MemorySegment {

  /// Which of them are wanted.
  Marks marks();

  /// Room it takes.
  long bytes();

  /// Shows the wanted records in order.
  ///
  /// @param from place of the first one of interest
  /// @param visitor says whether to go on
  /// @return number of wanted records that turned out to be broken; they are given up
  int visit(int from, Predicate<OutboxRecord> visitor) throws IOException;

  /// Place of a sequence, which may be before or behind the segment.
  default long ordinal(long sequence) {
    return sequence - marks().first();
  }
}
