package dev.voltbus.modbus;

import java.util.OptionalInt;

/// The device, or a gateway before it, refused the request with an exception code or an error frame
/// of its own. The connection stays in use.
public final class ModbusDeviceException extends ModbusException {
  private static final long serialVersionUID = 1L;
  private static final int NONE = -1;

  private final ModbusFunction function;
  private final int exceptionCode;
  private final int error;

  /// A refusal by exception code.
  ModbusDeviceException(ModbusEndpoint endpoint, ModbusRequest request, int exceptionCode) {
    this(endpoint, request, exceptionCode, NONE, "exception " + named(exceptionCode));
  }

  private ModbusDeviceException(
      ModbusEndpoint endpoint, ModbusRequest request, int exceptionCode, int error, String text) {
    super(endpoint, request, "refused, " + text, true);
    this.function = request.function();
    this.exceptionCode = exceptionCode;
    this.error = error;
  }

  /// The refusal that an answer for which [Pdu#isRefusal] holds means.
  static ModbusDeviceException of(ModbusEndpoint endpoint, ModbusRequest request, byte[] pdu) {
    if (pdu[0] != ErrorFrame.FUNCTION) {
      return new ModbusDeviceException(endpoint, request, pdu[1] & 0xFF);
    }
    int error = ErrorFrame.error(pdu);
    String text = "error frame with error %d (%s)".formatted(error, ErrorFrame.name(error));
    return new ModbusDeviceException(
        endpoint, request, ErrorFrame.nearestException(error), error, text);
  }

  public ModbusFunction function() {
    return function;
  }

  /// The code as the device sent it, 0..255. For an error frame the nearest one: 6 (busy) when the
  /// device found the checksum wrong, else 3 (illegal data value).
  public int exceptionCode() {
    return exceptionCode;
  }

  /// The code's name, `unknown` for one the specification does not list.
  public String exceptionName() {
    return nameOf(exceptionCode);
  }

  /// The error of a TinyBMS error frame (function code 0): 0 command, 1 checksum. Empty for a
  /// Modbus exception.
  public OptionalInt errorFrame() {
    return error == NONE ? OptionalInt.empty() : OptionalInt.of(error);
  }

  /// Whether the code says "not now" (5 acknowledge, 6 busy, 10 gateway path unavailable, 11
  /// gateway target failed to respond) rather than "not this": nothing is wrong with the address,
  /// and the same request may succeed later.
  public boolean isNotNow() {
    return switch (exceptionCode) {
      case 5, 6, 10, 11 -> true;
      default -> false;
    };
  }

  /// Whether a gateway speaks for a unit it cannot reach (10, 11): the gateway is there, the unit
  /// is not.
  public boolean isFromGateway() {
    return exceptionCode == 10 || exceptionCode == 11;
  }

  /// Code and name, as in `2 (illegal data address)`.
  static String named(int exceptionCode) {
    return exceptionCode + " (" + nameOf(exceptionCode) + ")";
  }

  /// Names of Modbus application protocol V1.1b3, 7, and for 7 of the first Modbus protocol.
  static String nameOf(int exceptionCode) {
    return switch (exceptionCode) {
      case 1 -> "illegal function";
      case 2 -> "illegal data address";
      case 3 -> "illegal data value";
      case 4 -> "server device failure";
      case 5 -> "acknowledge";
      case 6 -> "server device busy";
      case 7 -> "negative acknowledge";
      case 8 -> "memory parity error";
      case 10 -> "gateway path unavailable";
      case 11 -> "gateway target device failed to respond";
      default -> "unknown";
    };
  }
}
