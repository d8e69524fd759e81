package dev.voltbus.contract;

/// What a device accepts in one read request.
///
/// @param largestBlock most words in one read, 1..125
/// @param largestGap most unused words between two registers that one read may bridge, 0..124
public record ReadLimits(int largestBlock, int largestGap) {
  public static final ReadLimits MODBUS = new ReadLimits(125, 0);

  public ReadLimits {
    if (largestBlock < 1 || largestBlock > 125) {
      throw new IllegalArgumentException(
          "largest block " + largestBlock + " words is not in 1..125");
    }
    if (largestGap < 0 || largestGap > 124) {
      throw new IllegalArgumentException("largest gap " + largestGap + " words is not in 0..124");
    }
  }
}
