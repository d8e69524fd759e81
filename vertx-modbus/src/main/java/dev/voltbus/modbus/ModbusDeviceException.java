package dev.voltbus.modbus;

/// The device, or a gateway before it, refused the request with an exception code. The connection
/// stays in use.
public final class ModbusDeviceException extends ModbusException {
  private static final long serialVersionUID = 1L;

  private final ModbusFunction function;
  private final int exceptionCode;

  ModbusDeviceException(ModbusEndpoint endpoint, ModbusRequest request, int exceptionCode) {
    super(
        endpoint,
        request,
        "refused, exception %d (%s)".formatted(exceptionCode, nameOf(exceptionCode)),
        true);
    this.function = request.function();
    this.exceptionCode = exceptionCode;
  }

  public ModbusFunction function() {
    return function;
  }

  /// The code as the device sent it, 0..255.
  public int exceptionCode() {
    return exceptionCode;
  }

  /// The code's name, `unknown` for one the specification does not list.
  public String exceptionName() {
    return nameOf(exceptionCode);
  }

  /// Names of Modbus application protocol V1.1b3, 7.
  static String nameOf(int exceptionCode) {
    return switch (exceptionCode) {
      case 1 -> "illegal function";
      case 2 -> "illegal data address";
      case 3 -> "illegal data value";
      case 4 -> "server device failure";
      case 5 -> "acknowledge";
      case 6 -> "server device busy";
      case 8 -> "memory parity error";
      case 10 -> "gateway path unavailable";
      case 11 -> "gateway target device failed to respond";
      default -> "unknown";
    };
  }
}
