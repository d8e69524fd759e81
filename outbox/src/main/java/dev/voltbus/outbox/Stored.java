package dev.voltbus.outbox;

/// The acknowledgement of an append.
///
/// @param sequence number of the record, by which it is acknowledged later
/// @param grade where the record is now
public record Stored(long sequence, Grade grade) {

  /// What a record survives.
  public enum Grade {
    /// It survives the end of the process and a power cut.
    DISK,
    /// The disk does not work; the record moves there as soon as it does.
    MEMORY
  }
}
