package dev.voltbus.modbus;

/// The connection broke after the request was sent, before its answer was complete.
public final class ModbusConnectionLostException extends ModbusException {
  private static final long serialVersionUID = 1L;

  ModbusConnectionLostException(ModbusEndpoint endpoint, ModbusRequest request, String reason) {
    super(endpoint, request, "lost its connection: " + reason, true);
  }
}
