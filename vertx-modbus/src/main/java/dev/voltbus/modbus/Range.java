package dev.voltbus.modbus;

import java.time.Duration;

/// Range checks whose message names the thing, the value and the bounds.
final class Range {
  private Range() {}

  static int check(String thing, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          thing + " " + value + " is not within " + least + ".." + most);
    }
    return value;
  }

  static Duration check(String thing, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          thing + " " + millis(value) + " is not within " + millis(least) + ".." + millis(most));
    }
    return value;
  }

  static String millis(Duration duration) {
    return duration.toMillis() + " ms";
  }

  /// `304..310`, or `304` alone.
  static String span(int address, int count) {
    return count == 1 ? "" + address : address + ".." + (address + count - 1);
  }

  /// An address range of the 65536 there are, with no more than `most` elements.
  static void checkSpan(ModbusFunction function, int unit, int address, int count, int most) {
    check("unit", unit, 0, 255);
    check(function.label() + " address", address, 0, 0xFFFF);
    check(function.label() + " count", count, 1, most);
    if (address + count > 0x10000) {
      throw new IllegalArgumentException(
          "%s %s passes the last address 65535".formatted(function.label(), span(address, count)));
    }
  }
}
