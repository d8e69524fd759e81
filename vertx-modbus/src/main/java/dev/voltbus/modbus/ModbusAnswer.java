package dev.voltbus.modbus;

/// What a [ModbusServer]'s handler answers to a request.
public sealed interface ModbusAnswer {
  /// The words a read asked for, as many as its count (functions 3, 4 and 23).
  record Registers(Words words) implements ModbusAnswer {}

  /// The bits a read asked for, as many as its count (functions 1 and 2).
  record Flags(Bits bits) implements ModbusAnswer {}

  /// The write is done (functions 5, 6, 15, 16 and 22).
  record Done() implements ModbusAnswer {}

  /// All that is to be said about the device (function 43/14). The server picks what was asked for
  /// and splits what does not fit one answer.
  record Identification(DeviceId id) implements ModbusAnswer {}

  /// The request is refused with an exception code of Modbus application protocol V1.1b3, 7: 1
  /// function, 2 address, 3 value, 4 failure, 6 busy, 10 no way to the unit, 11 unit does not
  /// answer.
  record Refused(int exceptionCode) implements ModbusAnswer {
    public Refused {
      Range.check("exception code", exceptionCode, 1, 255);
    }
  }
}
