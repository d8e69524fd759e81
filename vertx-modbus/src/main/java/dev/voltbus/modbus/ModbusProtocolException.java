package dev.voltbus.modbus;

/// Something came that is not the answer to the request; the connection is given up.
public final class ModbusProtocolException extends ModbusException {
  private static final long serialVersionUID = 1L;

  ModbusProtocolException(ModbusEndpoint endpoint, ModbusRequest request, String fault) {
    super(endpoint, request, "got a wrong answer: " + fault, true);
  }
}
