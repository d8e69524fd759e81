package dev.voltbus.simulator;

import java.nio.charset.StandardCharsets;

/// Raw words of the simulated registers.
final class RawWords {
  private RawWords() {}

  static int[] u16(double number) {
    return new int[] {(int) Math.clamp(Math.round(number), 0L, 0xFFFFL)};
  }

  static int[] s16(double number) {
    return new int[] {
      (int) Math.clamp(Math.round(number), (long) Short.MIN_VALUE, (long) Short.MAX_VALUE) & 0xFFFF
    };
  }

  static int[] u32LowFirst(long number) {
    return new int[] {(int) (number & 0xFFFF), (int) (number >>> 16 & 0xFFFF)};
  }

  static int[] f32LowFirst(double number) {
    return u32LowFirst(Float.floatToIntBits((float) number) & 0xFFFFFFFFL);
  }

  static int[] u64HighFirst(long number) {
    return new int[] {
      (int) (number >>> 48 & 0xFFFF),
      (int) (number >>> 32 & 0xFFFF),
      (int) (number >>> 16 & 0xFFFF),
      (int) (number & 0xFFFF)
    };
  }

  static int[] bytes(int high, int low) {
    return new int[] {(high & 0xFF) << 8 | (low & 0xFF)};
  }

  /// Two characters a word, high byte first, zeros behind.
  static int[] text(String text, int words) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    int[] out = new int[words];
    for (int i = 0; i < bytes.length; i++) {
      out[i / 2] |= (bytes[i] & 0xFF) << (i % 2 == 0 ? 8 : 0);
    }
    return out;
  }
}
