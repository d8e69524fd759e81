package dev.voltbus.contract;

/// Order of the two bytes inside one word. Modbus itself says high byte first.
///
/// Append only; the ordinal is on the wire.
public enum ByteOrder {
  HIGH_FIRST,
  LOW_FIRST
}
