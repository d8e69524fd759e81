package dev.voltbus.modbus;

/// The client was closed before the request had its answer.
public final class ModbusClosedException extends ModbusException {
  private static final long serialVersionUID = 1L;

  ModbusClosedException(ModbusEndpoint endpoint, ModbusRequest request, boolean sent) {
    super(endpoint, request, (sent ? "got no answer" : "not sent") + ", client closed", sent);
  }
}
