package dev.voltbus.contract;

/// The four tables of the Modbus data model (Modbus Application Protocol 4.3), and one for values
/// that have no register.
///
/// Append only; the ordinal is on the wire.
public enum RegisterTable {
  HOLDING("holding", 3, true),
  INPUT("input", 4, false),
  COIL("coil", 1, true),
  DISCRETE("discrete", 2, false),
  /// Values of a device without Modbus; their addresses are only places in a block.
  PUSHED("pushed", 0, false);

  private final String word;
  private final int readFunction;
  private final boolean writable;

  RegisterTable(String word, int readFunction, boolean writable) {
    this.word = word;
    this.readFunction = readFunction;
    this.writable = writable;
  }

  /// The name used in device files, messages and logs.
  public String word() {
    return word;
  }

  /// Whether a Modbus request can name it.
  public boolean isModbus() {
    return this != PUSHED;
  }

  /// The function code that reads this table; 0 where there is none.
  public int readFunction() {
    return readFunction;
  }

  public boolean isWritable() {
    return writable;
  }

  /// True for coils and discrete inputs, whose items are single bits.
  public boolean isBits() {
    return this == COIL || this == DISCRETE;
  }

  /// The most items one read may ask for (Modbus Application Protocol 6.1 to 6.4).
  public int largestRead() {
    return isBits() ? 2000 : 125;
  }
}
