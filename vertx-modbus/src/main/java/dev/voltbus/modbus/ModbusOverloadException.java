package dev.voltbus.modbus;

/// The queue was full, so the request was refused at once; see [ModbusCounters#overloads].
public final class ModbusOverloadException extends ModbusException {
  private static final long serialVersionUID = 1L;

  ModbusOverloadException(ModbusEndpoint endpoint, ModbusRequest request, int bound) {
    super(endpoint, request, "not sent, " + bound + " requests wait already", false);
  }
}
