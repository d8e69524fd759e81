package dev.voltbus.contract;

/// Order of the words of a value that spans several registers.
///
/// Append only; the ordinal is on the wire.
public enum WordOrder {
  HIGH_FIRST,
  LOW_FIRST
}
