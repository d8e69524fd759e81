package dev.voltbus.contract;

/// Whether a register may be written.
///
/// Append only; the ordinal is on the wire.
public enum Access {
  READ_ONLY,
  READ_WRITE
}
