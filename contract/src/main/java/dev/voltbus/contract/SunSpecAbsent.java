package dev.voltbus.contract;

import java.util.Optional;

/// The raw number that means "not implemented" in a SunSpec device (SunSpec Device Information
/// Model Specification, data types).
public final class SunSpecAbsent {
  private static final long FLOAT_NAN = 0x7FC00000L;
  private static final long DOUBLE_NAN = 0x7FF8000000000000L;

  private SunSpecAbsent() {}

  /// The sentinel of a type; nothing for text. Numbers without sign and bit fields have all bits
  /// set, numbers with sign only the highest.
  public static Optional<Long> of(WireType type, int words) {
    return switch (type) {
      case STRING, BYTES -> Optional.empty();
      case F16 -> Optional.of(0x7E00L);
      case F32 -> Optional.of(FLOAT_NAN);
      case F64 -> Optional.of(DOUBLE_NAN);
      default -> Optional.of(type.isSigned() ? lowest(type.bits(words)) : -1L);
    };
  }

  private static long lowest(int bits) {
    return -1L << (bits - 1);
  }
}
