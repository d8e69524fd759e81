package dev.voltbus.outbox;

/// What an outbox tells its owner, who logs and counts it.
public sealed interface OutboxEvent {

  /// The disk stopped working, or works again.
  record DiskChanged(DiskState state) implements OutboxEvent {}

  /// Records that nobody had acknowledged were given up.
  ///
  /// @param bound the bound that was reached
  /// @param records how many
  /// @param bytes size of those that could be read, with their headers
  /// @param oldestMillis wall time of the oldest that could be read, 0 if none could
  /// @param newestMillis wall time of the newest that could be read, 0 if none could
  record Dropped(Bound bound, long records, long bytes, long oldestMillis, long newestMillis)
      implements OutboxEvent {}

  /// A file had bytes that are no records. What is whole before and behind them was kept.
  ///
  /// @param file name of the file in the folder
  /// @param records how many records are lost for sure; a torn last one never was acknowledged
  /// @param bytes how many bytes could not be read
  /// @param reason what was found and done
  record Damaged(String file, long records, long bytes, String reason) implements OutboxEvent {}

  /// Why records are dropped.
  enum Bound {
    BYTES,
    AGE,
    /// The bytes in memory while the disk does not work, or the outbox was closed in that state.
    MEMORY
  }
}
