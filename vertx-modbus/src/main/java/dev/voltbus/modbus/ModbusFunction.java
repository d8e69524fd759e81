package dev.voltbus.modbus;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The Modbus functions this client speaks, with code and the words used in messages.
public enum ModbusFunction {
  READ_COILS(1, "coil"),
  READ_DISCRETE_INPUTS(2, "discrete"),
  READ_HOLDING(3, "holding"),
  READ_INPUT(4, "input"),
  WRITE_COIL(5, "write coil"),
  WRITE_REGISTER(6, "write holding"),
  WRITE_COILS(15, "write coil"),
  WRITE_REGISTERS(16, "write holding"),
  MASK_WRITE(22, "mask write holding"),
  READ_WRITE_REGISTERS(23, "write and read holding"),
  READ_DEVICE_ID(43, "device id");

  private static final List<ModbusFunction> VALUES = List.of(values());

  private final int code;
  private final String label;

  ModbusFunction(int code, String label) {
    this.code = code;
    this.label = label;
  }

  /// The function of a code on the wire; null for one that is not spoken here.
  static @Nullable ModbusFunction of(int code) {
    for (ModbusFunction function : VALUES) {
      if (function.code == code) {
        return function;
      }
    }
    return null;
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
