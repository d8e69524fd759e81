package dev.voltbus.modbus;

/// The request was sent and no whole answer came before its deadline; the connection is given up.
public final class ModbusTimeoutException extends ModbusException {
  private static final long serialVersionUID = 1L;

  ModbusTimeoutException(ModbusEndpoint endpoint, ModbusRequest request, String limit) {
    super(endpoint, request, "got no answer within " + limit, true);
  }
}
