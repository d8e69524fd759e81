package dev.voltbus.modbus;

/// Until the deadline only something came that is not the answer to the request. The connection
/// stays in use.
public final class ModbusProtocolException extends ModbusException {
  private static final long serialVersionUID = 1L;

  ModbusProtocolException(ModbusEndpoint endpoint, ModbusRequest request, String fault) {
    super(endpoint, request, "got a wrong answer: " + fault, true);
  }
}
