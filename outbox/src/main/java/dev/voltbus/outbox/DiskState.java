package dev.voltbus.outbox;

/// Whether an outbox can write to its folder.
public sealed interface DiskState {

  /// New records go to the disk.
  record OnDisk() implements DiskState {}

  /// New records are kept in memory only, and the disk is tried again now and then.
  ///
  /// @param reason what the disk said, with the file
  record InMemory(String reason) implements DiskState {}
}
