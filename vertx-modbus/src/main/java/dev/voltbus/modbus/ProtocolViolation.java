package dev.voltbus.modbus;

import java.io.IOException;

/// Bytes that cannot be the answer to the outstanding request.
final class ProtocolViolation extends IOException {
  private static final long serialVersionUID = 1L;

  ProtocolViolation(String message) {
    super(message);
  }
}
