package dev.voltbus.contract;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Limits of a battery's current, as magnitudes.
///
/// @param charge A, 0 or more; null if none is stated
/// @param discharge A, 0 or more; null if none is stated
public record Limits(@Nullable Double charge, @Nullable Double discharge) {
  public static final Limits NONE = new Limits(null, null);

  /// For people: `charge up to 50 A, discharge up to 60.5 A`.
  @Override
  public String toString() {
    return Stream.of(text("charge", charge), text("discharge", discharge))
        .flatMap(Optional::stream)
        .collect(Collectors.joining(", "));
  }

  private static Optional<String> text(String direction, @Nullable Double limit) {
    return Optional.ofNullable(limit).map(amperes -> direction + " up to " + plain(amperes) + " A");
  }

  private static String plain(double amperes) {
    return Double.isFinite(amperes)
        ? BigDecimal.valueOf(amperes).stripTrailingZeros().toPlainString()
        : Double.toString(amperes);
  }

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
