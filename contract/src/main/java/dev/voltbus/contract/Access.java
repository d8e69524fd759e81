package dev.voltbus.contract;

/// Whether a register may be written.
public enum Access {
  READ_ONLY,
  READ_WRITE
}
