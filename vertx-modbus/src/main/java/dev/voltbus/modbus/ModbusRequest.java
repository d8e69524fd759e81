package dev.voltbus.modbus;

/// One Modbus request. Each record checks the limits of the protocol (Modbus application protocol
/// V1.1b3, 6.1 to 6.12) when it is made, so that a request that exists can be sent.
///
/// Unit ids are 0..255, addresses 0..65535 as on the wire (not the 40001 numbering), and `address +
/// count` must not pass 65536.
public sealed interface ModbusRequest {
  /// The device behind the connection, 0..255.
  int unit();

  /// The first address, 0..65535.
  int address();

  /// How many words or bits, at least 1.
  int count();

  /// The Modbus function that carries the request.
  ModbusFunction function();

  /// The request in a few words, as messages show it: `holding 304..310`.
  default String description() {
    int last = address() + count() - 1;
    String range = count() == 1 ? "" + address() : address() + ".." + last;
    return function().label() + " " + range;
  }

  /// Reads registers: 1..125 words.
  sealed interface ReadWords extends ModbusRequest {}

  /// Reads coils or discrete inputs: 1..2000 bits.
  sealed interface ReadBits extends ModbusRequest {}

  /// Changes something in the device, and overtakes reads that still wait.
  sealed interface Write extends ModbusRequest {}

  /// Function 1.
  record ReadCoils(int unit, int address, int count) implements ReadBits {
    public ReadCoils {
      Range.checkSpan(ModbusFunction.READ_COILS, unit, address, count, 2000);
    }

    @Override
    public ModbusFunction function() {
      return ModbusFunction.READ_COILS;
    }
  }

  /// Function 2.
  record ReadDiscreteInputs(int unit, int address, int count) implements ReadBits {
    public ReadDiscreteInputs {
      Range.checkSpan(ModbusFunction.READ_DISCRETE_INPUTS, unit, address, count, 2000);
    }

    @Override
    public ModbusFunction function() {
      return ModbusFunction.READ_DISCRETE_INPUTS;
    }
  }

  /// Function 3.
  record ReadHolding(int unit, int address, int count) implements ReadWords {
    public ReadHolding {
      Range.checkSpan(ModbusFunction.READ_HOLDING, unit, address, count, 125);
    }

    @Override
    public ModbusFunction function() {
      return ModbusFunction.READ_HOLDING;
    }
  }

  /// Function 4.
  record ReadInput(int unit, int address, int count) implements ReadWords {
    public ReadInput {
      Range.checkSpan(ModbusFunction.READ_INPUT, unit, address, count, 125);
    }

    @Override
    public ModbusFunction function() {
      return ModbusFunction.READ_INPUT;
    }
  }

  /// Function 5.
  record WriteCoil(int unit, int address, boolean on) implements Write {
    public WriteCoil {
      Range.checkSpan(ModbusFunction.WRITE_COIL, unit, address, 1, 1);
    }

    @Override
    public int count() {
      return 1;
    }

    @Override
    public ModbusFunction function() {
      return ModbusFunction.WRITE_COIL;
    }
  }

  /// Function 6; `word` is unsigned, 0..65535.
  record WriteRegister(int unit, int address, int word) implements Write {
    public WriteRegister {
      Range.checkSpan(ModbusFunction.WRITE_REGISTER, unit, address, 1, 1);
      Range.check("word", word, 0, 0xFFFF);
    }

    @Override
    public int count() {
      return 1;
    }

    @Override
    public ModbusFunction function() {
      return ModbusFunction.WRITE_REGISTER;
    }
  }

  /// Function 15: 1..1968 bits.
  record WriteCoils(int unit, int address, Bits bits) implements Write {
    public WriteCoils {
      Range.checkSpan(ModbusFunction.WRITE_COILS, unit, address, bits.size(), 1968);
    }

    @Override
    public int count() {
      return bits.size();
    }

    @Override
    public ModbusFunction function() {
      return ModbusFunction.WRITE_COILS;
    }
  }

  /// Function 16: 1..123 words.
  record WriteRegisters(int unit, int address, Words words) implements Write {
    public WriteRegisters {
      Range.checkSpan(ModbusFunction.WRITE_REGISTERS, unit, address, words.size(), 123);
    }

    @Override
    public int count() {
      return words.size();
    }

    @Override
    public ModbusFunction function() {
      return ModbusFunction.WRITE_REGISTERS;
    }
  }
}
