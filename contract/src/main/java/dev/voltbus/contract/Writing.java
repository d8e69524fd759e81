package dev.voltbus.contract;

import java.time.Duration;

/// How a register is written, as its device file states it.
///
/// @param function which Modbus function carries it
/// @param settle how long after its answer the device may take until the new value reads back,
///   0..60 s
/// @param readBack whether the value can be read back and compared
/// @param skipEqual whether the register is read first and left alone when it has the value
///   already; always so for flash
/// @param storage where the device keeps it
/// @param writesPerDay most writes that go to a flash register in a calendar day (UTC); 0 for ram,
///   which does not wear
public record Writing(
    Function function,
    Duration settle,
    boolean readBack,
    boolean skipEqual,
    Storage storage,
    int writesPerDay) {

  /// Which Modbus function carries a write.
  public enum Function {
    /// The usual one, and when the device refuses it with exception 1 or 3 the other one, once.
    AUTO,
    /// One register or coil: function 6 or 5.
    SINGLE,
    /// A list: function 16 or 15.
    MULTIPLE,
    /// Some bits of a word: function 22.
    MASK
  }

  /// Where a device keeps a register.
  public enum Storage {
    RAM,
    /// Memory that wears out with each write.
    FLASH
  }

  public static final Duration LONGEST_SETTLE = Duration.ofSeconds(60);
  public static final int DEFAULT_PER_DAY = 100;
  public static final int MOST_PER_DAY = 10_000;

  /// What holds where a device file says nothing.
  public static final Writing USUAL =
      new Writing(Function.AUTO, Duration.ofMillis(500), true, false, Storage.RAM, 0);

  public Writing {
    if (settle.isNegative() || settle.compareTo(LONGEST_SETTLE) > 0) {
      throw new IllegalArgumentException("settle " + settle + " is not in 0..60 s");
    }
    if (storage == Storage.FLASH) {
      checkFlash(readBack, skipEqual, writesPerDay);
    } else if (writesPerDay != 0) {
      throw new IllegalArgumentException("writes-per-day is for storage flash; ram does not wear");
    }
    if (skipEqual && !readBack) {
      throw new IllegalArgumentException(
          "skip-equal compares with what the register has, but read-back says it cannot be read");
    }
  }

  private static void checkFlash(boolean readBack, boolean skipEqual, int writesPerDay) {
    if (!readBack || !skipEqual) {
      throw new IllegalArgumentException(
          "storage flash is read before it is written, so that equal values do not wear it;"
              + " read-back and skip-equal cannot be false");
    }
    if (writesPerDay < 1 || writesPerDay > MOST_PER_DAY) {
      throw new IllegalArgumentException(
          "writes-per-day " + writesPerDay + " is not in 1.." + MOST_PER_DAY);
    }
  }

  /// The same register in memory that wears.
  public Writing inFlash(int perDay) {
    return new Writing(function, settle, true, true, Storage.FLASH, perDay);
  }

  public Writing by(Function how) {
    return new Writing(how, settle, readBack, skipEqual, storage, writesPerDay);
  }

  public Writing settlingFor(Duration window) {
    return new Writing(function, window, readBack, skipEqual, storage, writesPerDay);
  }

  public Writing skippingEqual() {
    return new Writing(function, settle, readBack, true, storage, writesPerDay);
  }

  /// For a register that can only be written.
  public Writing unreadable() {
    return new Writing(function, settle, false, false, storage, writesPerDay);
  }
}
