package dev.voltbus.modbus;

import dev.voltbus.modbus.ModbusRequest.ReadCoils;
import dev.voltbus.modbus.ModbusRequest.ReadHolding;
import dev.voltbus.modbus.ModbusRequest.WriteCoil;
import dev.voltbus.modbus.ModbusRequest.WriteCoils;
import java.time.Duration;

/// How a device that sleeps is woken: the first frame after a pause wakes it and gets no answer
/// (TinyBMS, communication protocols revision D). The frame is
///
/// - a copy of the request, when that is a read: whichever of the two is answered, the answer is
///   right;
/// - a read of the first address to be written, when it is a write: were the write itself sent
///   twice, a device that was awake would carry it out twice. The read is of a function the device
///   surely has with such registers. A function it does not list would not do: TinyBMS has commands
///   of its own among the codes that Modbus gives to reads, and one of them resets it.
///
/// An answer to the frame shows that the device is awake.
final class WakeUp {
  /// Longest wait for an answer to the frame; a device that is awake answers sooner.
  static final Duration LONGEST_WAIT = Duration.ofMillis(200);

  /// How long a unit is left alone after the copy of a read was answered, on a wire without
  /// transaction ids: had it been awake and only slow, its second answer is still to come, and must
  /// not be taken for the next request's.
  static final Duration REST = LONGEST_WAIT.plusMillis(50);

  private WakeUp() {}

  /// What is sent before the request, or in its place.
  static ModbusRequest knock(ModbusRequest request) {
    if (!request.isWrite()) {
      return request;
    }
    return request instanceof WriteCoil || request instanceof WriteCoils
        ? new ReadCoils(request.unit(), request.address(), 1)
        : new ReadHolding(request.unit(), request.address(), 1);
  }

  /// How long to wait for an answer: most of the time left belongs to the request itself.
  static long waitNanos(long nanosLeft) {
    return Math.min(nanosLeft / 3, LONGEST_WAIT.toNanos());
  }
}
