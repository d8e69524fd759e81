package dev.voltbus.contract;

/// The power of ten that a device keeps in a register of its own, beside the values it belongs to
/// (SunSpec type `sunssf`).
public final class ScaleFactor {
  public static final int LEAST = -10;
  public static final int MOST = 10;

  private ScaleFactor() {}

  /// Whether a raw number is a scale factor. -32768, not implemented, is none, and neither is
  /// anything else outside -10..10.
  public static boolean isValid(long raw) {
    return raw >= LEAST && raw <= MOST;
  }
}
