package dev.voltbus.modbus;

import java.util.Objects;

/// What can go wrong with a request. The message starts with endpoint and unit, as in
/// `tcp://127.0.0.1:502 unit 1: holding 304..310 refused, exception 2 (illegal data address)`.
///
/// These are ordinary events on a field bus, so they carry no stack trace.
public abstract sealed class ModbusException extends RuntimeException
    permits ModbusClosedException,
        ModbusConnectException,
        ModbusConnectionLostException,
        ModbusDeadlineException,
        ModbusDeviceException,
        ModbusOverloadException,
        ModbusProtocolException,
        ModbusTimeoutException {
  private static final long serialVersionUID = 1L;

  private final boolean sent;

  ModbusException(ModbusEndpoint endpoint, ModbusRequest request, String fact, boolean sent) {
    super(
        "%s unit %d: %s %s".formatted(endpoint, request.unit(), request.description(), fact),
        null,
        false,
        false);
    this.sent = sent;
  }

  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }

  /// Whether the request went to the wire. A write that was sent and failed, other than with a
  /// [ModbusDeviceException], may have taken effect: read back before deciding.
  public boolean isSent() {
    return sent;
  }
}
