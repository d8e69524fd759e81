package dev.voltbus.contract;

/// The part of an integer that a register uses: `width` bits from bit `shift` up.
///
/// A packed byte is `BitSlice.LOW_BYTE` or `BitSlice.HIGH_BYTE`.
public record BitSlice(int shift, int width) {
  public static final BitSlice WHOLE = new BitSlice(0, 64);
  public static final BitSlice LOW_BYTE = new BitSlice(0, 8);
  public static final BitSlice HIGH_BYTE = new BitSlice(8, 8);

  public BitSlice {
    if (shift < 0 || shift > 63) {
      throw new IllegalArgumentException("bit slice: shift " + shift + " is not in 0..63");
    }
    if (width < 1 || width > 64) {
      throw new IllegalArgumentException("bit slice: width " + width + " is not in 1..64");
    }
  }

  public boolean isWhole() {
    return shift == 0 && width == 64;
  }
}
