package dev.voltbus.contract;

/// Order of the words of a value that spans several registers.
public enum WordOrder {
  HIGH_FIRST,
  LOW_FIRST
}
