package dev.voltbus.contract;

/// Why a value is not good. Append only; the ordinal is on the wire.
public enum QualityReason {
  UNKNOWN("unknown reason"),
  NONE(""),
  NOT_READ_YET("not read yet"),
  SENSOR_ABSENT("sensor absent"),
  NOT_A_NUMBER("not a finite number"),
  NO_ANSWER("device did not answer"),
  REFUSED("device refused the read"),
  NO_CONNECTION("no connection"),
  TOO_OLD("older than its age limit"),
  SOURCE_NOT_GOOD("a value it is derived from is not good"),
  NOT_TEXT("bytes are not printable text"),
  DIVIDED_BY_ZERO("divisor is zero"),
  SCALE_UNKNOWN("scale factor is missing or out of range"),
  OUT_OF_RANGE("outside its valid range"),
  TOO_FAST("changed faster than it can"),
  STEPPED_BACK("counter stepped back"),
  NOT_FOUND("not found in the device"),
  BUSY("device was busy"),
  FROZEN("the device shows the same values all the time");

  private static final QualityReason[] ALL = values();

  private final String text;

  QualityReason(String text) {
    this.text = text;
  }

  /// The reason in words for people.
  public String text() {
    return text;
  }

  public static QualityReason of(int code) {
    return code > 0 && code < ALL.length ? ALL[code] : UNKNOWN;
  }
}
