package dev.voltbus.contract;

import org.jspecify.annotations.Nullable;

/// Bounds of a writable register as raw numbers; null means the device states none.
public record RawRange(@Nullable Long min, @Nullable Long max, @Nullable Long initial) {
  public static final RawRange UNSTATED = new RawRange(null, null, null);

  public RawRange {
    if (min != null && max != null && min > max) {
      throw new IllegalArgumentException("range: min " + min + " is above max " + max);
    }
  }
}
