package dev.voltbus.contract;

/// How far a value can be trusted. Append only; the ordinal is on the wire.
public enum Quality {
  /// Sent by a newer node in a form this one does not know; treated as bad.
  UNKNOWN,
  GOOD,
  STALE,
  BAD;

  private static final Quality[] ALL = values();

  public static Quality of(int code) {
    return code > 0 && code < ALL.length ? ALL[code] : UNKNOWN;
  }
}
