package dev.voltbus.contract;

import org.jspecify.annotations.Nullable;

/// Limits of a battery's current, as magnitudes.
///
/// @param charge A, 0 or more; null if none is stated
/// @param discharge A, 0 or more; null if none is stated
public record Limits(@Nullable Double charge, @Nullable Double discharge) {
  public static final Limits NONE = new Limits(null, null);

  void write(FrameWriter out) {
    write(out, charge);
    write(out, discharge);
  }

  private static void write(FrameWriter out, @Nullable Double limit) {
    out.putBoolean(limit != null);
    out.putLong(limit == null ? 0 : Double.doubleToRawLongBits(limit));
  }

  static Limits read(FrameReader in) {
    return new Limits(limit(in), limit(in));
  }

  private static @Nullable Double limit(FrameReader in) {
    boolean present = in.getBoolean();
    double limit = Double.longBitsToDouble(in.getLong());
    return present ? limit : null;
  }
}
