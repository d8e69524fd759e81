package dev.voltbus.modbus;

/// The deadline passed, or the permission to send it was withdrawn, while the request still waited
/// for its turn; it was not sent.
public final class ModbusDeadlineException extends ModbusException {
  private static final long serialVersionUID = 1L;

  ModbusDeadlineException(ModbusEndpoint endpoint, ModbusRequest request, String limit) {
    this(endpoint, request, "its " + limit + " passed while it waited", false);
  }

  private ModbusDeadlineException(
      ModbusEndpoint endpoint, ModbusRequest request, String why, boolean sent) {
    super(endpoint, request, "not sent, " + why, sent);
  }

  static ModbusDeadlineException withdrawn(ModbusEndpoint endpoint, ModbusRequest request) {
    return new ModbusDeadlineException(
        endpoint, request, "the permission was withdrawn while it waited", false);
  }
}
