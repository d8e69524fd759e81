package dev.voltbus.modbus;

import dev.voltbus.modbus.ModbusRequest.Write;

/// Unit 0. On a serial line it is all devices at once, which do as they are told and say nothing
/// (Modbus over serial line V1.02, 2.1); so it is on every framing of that line, whatever carries
/// it. In Modbus TCP's frames it is an ordinary address, often the device itself behind its own
/// socket (Modbus messaging on TCP/IP V1.0b, 4.4.2).
final class Broadcast {
  /// Stands for the answer that does not come.
  static final byte[] NO_ANSWER = {};

  private Broadcast() {}

  static boolean is(ModbusEndpoint endpoint, int unit) {
    return unit == 0 && FrameForm.of(endpoint) != FrameForm.TCP;
  }

  /// @throws IllegalArgumentException for a request to all devices that wants an answer
  static void check(ModbusEndpoint endpoint, ModbusRequest request) {
    if (is(endpoint, request.unit()) && !(request instanceof Write)) {
      throw new IllegalArgumentException(
          "%s unit 0: %s cannot be asked of unit 0, which is the broadcast here and never answers; valid are units 1..255"
              .formatted(endpoint, request.description()));
    }
  }
}
