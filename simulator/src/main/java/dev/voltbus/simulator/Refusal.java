package dev.voltbus.simulator;

/// A Modbus exception a device answers with (Modbus Application Protocol 7).
final class Refusal extends Exception {
  static final int ILLEGAL_FUNCTION = 1;
  static final int ILLEGAL_ADDRESS = 2;
  static final int ILLEGAL_VALUE = 3;
  static final int BUSY = 6;
  static final int NO_SUCH_UNIT = 11;

  private static final long serialVersionUID = 1L;

  private final int code;

  Refusal(int code) {
    super("exception " + code, null, false, false);
    this.code = code;
  }

  int code() {
    return code;
  }
}
