package dev.voltbus.modbus;

/// The Modbus functions this client speaks, with code and the words used in messages.
public enum ModbusFunction {
  READ_COILS(1, "coil"),
  READ_DISCRETE_INPUTS(2, "discrete"),
  READ_HOLDING(3, "holding"),
  READ_INPUT(4, "input"),
  WRITE_COIL(5, "write coil"),
  WRITE_REGISTER(6, "write holding"),
  WRITE_COILS(15, "write coil"),
  WRITE_REGISTERS(16, "write holding");

  private final int code;
  private final String label;

  ModbusFunction(int code, String label) {
    this.code = code;
    this.label = label;
  }

  /// The function code on the wire.
  public int code() {
    return code;
  }

  /// What the function touches, as in `holding 304..310` or `write coil 5`.
  public String label() {
    return label;
  }
}
