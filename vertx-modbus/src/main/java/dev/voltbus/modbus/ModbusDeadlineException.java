package dev.voltbus.modbus;

/// The deadline passed while the request still waited for its turn; it was not sent.
public final class ModbusDeadlineException extends ModbusException {
  private static final long serialVersionUID = 1L;

  ModbusDeadlineException(ModbusEndpoint endpoint, ModbusRequest request, String limit) {
    super(endpoint, request, "not sent, its " + limit + " passed while it waited", false);
  }
}
