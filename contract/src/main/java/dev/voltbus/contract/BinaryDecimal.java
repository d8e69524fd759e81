package dev.voltbus.contract;

/// Numbers written as one decimal digit in each four bits (BCD).
final class BinaryDecimal {
  private BinaryDecimal() {}

  /// The number behind the bits; where one of its digits is none, the bits' complement, which is
  /// negative and so never a number of this kind.
  static long decode(long pattern) {
    long number = 0;
    for (int shift = 28; shift >= 0; shift -= 4) {
      long digit = pattern >>> shift & 0xF;
      if (digit > 9) {
        return ~pattern;
      }
      number = 10 * number + digit;
    }
    return number;
  }

  /// The bits for a number of at most eight digits.
  static long encode(long number) {
    long pattern = 0;
    long rest = number;
    for (int shift = 0; rest != 0; shift += 4) {
      pattern |= rest % 10 << shift;
      rest /= 10;
    }
    return pattern;
  }

  /// The greatest number that fits so many bits.
  static long greatest(int bits) {
    long greatest = 0;
    for (int digit = 0; digit < bits; digit += 4) {
      greatest = 10 * greatest + 9;
    }
    return greatest;
  }
}
