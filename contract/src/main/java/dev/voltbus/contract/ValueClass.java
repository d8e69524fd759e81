package dev.voltbus.contract;

/// The `value_class` number of contract tinybms section 2, by ordinal. Append only.
public enum ValueClass {
  UNKNOWN,
  UINT,
  INT,
  FLOAT,
  ENUM
}
