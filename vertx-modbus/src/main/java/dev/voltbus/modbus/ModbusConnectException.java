package dev.voltbus.modbus;

/// No connection could be made; the request was not sent.
public final class ModbusConnectException extends ModbusException {
  private static final long serialVersionUID = 1L;

  ModbusConnectException(ModbusEndpoint endpoint, ModbusRequest request, String reason) {
    super(endpoint, request, "not sent, no connection: " + reason, false);
  }
}
