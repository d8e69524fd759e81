package dev.voltbus.modbus;

import java.util.Locale;

/// One Modbus request. Each record checks the limits of the protocol (Modbus application protocol
/// V1.1b3, 6.1 to 6.21) when it is made, so that a request that exists can be sent.
///
/// Unit ids are 0..255, addresses 0..65535 as on the wire (not the 40001 numbering), and `address +
/// count` must not pass 65536.
public sealed interface ModbusRequest {
  /// The device behind the connection, 0..255.
  int unit();

  /// The first address, 0..65535; of a device identification the first object's id, 0..255.
  int address();

  /// How many words, bits or objects, at least 1.
  int count();

  /// The Modbus function that carries the request.
  ModbusFunction function();

  /// The request in a few words, as messages show it: `holding 304..310`.
  default String description() {
    return function().label() + " " + Range.span(address(), count());
  }

  /// Whether the request changes something in the device; such requests overtake reads that wait.
  default boolean isWrite() {
    return false;
  }

  /// Reads registers: 1..125 words.
  sealed interface ReadWords extends ModbusRequest {}

  /// Reads coils or discrete inputs: 1..2000 bits.
  sealed interface ReadBits extends ModbusRequest {}

  /// Changes something in the device, and overtakes reads that still wait.
  sealed interface Write extends ModbusRequest {
    @Override
    default boolean isWrite() {
      return true;
    }
  }

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

  /// Function 22: the device sets the register to `(old AND and) OR (or AND NOT and)`, so that the
  /// bits set in `and` keep their value and the others take that of `or`.
  record MaskWrite(int unit, int address, int and, int or) implements Write {
    public MaskWrite {
      Range.checkSpan(ModbusFunction.MASK_WRITE, unit, address, 1, 1);
      Range.check("and mask", and, 0, 0xFFFF);
      Range.check("or mask", or, 0, 0xFFFF);
    }

    /// Sets the bits of `mask` to those of `word` and leaves the others.
    public static MaskWrite bits(int unit, int address, int mask, int word) {
      return new MaskWrite(unit, address, ~mask & 0xFFFF, word & mask);
    }

    @Override
    public int count() {
      return 1;
    }

    @Override
    public ModbusFunction function() {
      return ModbusFunction.MASK_WRITE;
    }
  }

  /// Function 23: writes 1..121 words at `writeAddress`, then reads `count`, 1..125, at `address`,
  /// in one transaction.
  record ReadWriteRegisters(int unit, int address, int count, int writeAddress, Words words)
      implements ModbusRequest {
    public ReadWriteRegisters {
      Range.checkSpan(ModbusFunction.READ_HOLDING, unit, address, count, 125);
      Range.checkSpan(ModbusFunction.WRITE_REGISTERS, unit, writeAddress, words.size(), 121);
    }

    @Override
    public ModbusFunction function() {
      return ModbusFunction.READ_WRITE_REGISTERS;
    }

    @Override
    public boolean isWrite() {
      return true;
    }

    @Override
    public String description() {
      return "write holding %s and read holding %s"
          .formatted(Range.span(writeAddress, words.size()), Range.span(address, count));
    }
  }

  /// Function 43 with MEI type 14: reads identification objects, from `object` (0..255) on, or that
  /// one alone. An answer that does not fit one frame goes on with the next request; the client
  /// joins them.
  record ReadDeviceId(int unit, Category category, int object) implements ModbusRequest {
    public ReadDeviceId {
      Range.check("unit", unit, 0, 255);
      Range.check("object", object, 0, 255);
    }

    /// The whole category.
    public ReadDeviceId(int unit, Category category) {
      this(unit, category, category == Category.INDIVIDUAL ? DeviceId.VENDOR_NAME : 0);
    }

    /// Which objects are asked for; the code is the one on the wire less one.
    public enum Category {
      /// Vendor, product code, revision: objects 0..2, which every device has that knows the
      /// function.
      BASIC,
      /// Basic, and the standard objects 3..127 the device has.
      REGULAR,
      /// Regular, and the manufacturer's objects 128..255.
      EXTENDED,
      /// One object alone.
      INDIVIDUAL;

      int code() {
        return ordinal() + 1;
      }

      @Override
      public String toString() {
        return name().toLowerCase(Locale.ROOT);
      }
    }

    @Override
    public int address() {
      return object;
    }

    @Override
    public int count() {
      return 1;
    }

    @Override
    public ModbusFunction function() {
      return ModbusFunction.READ_DEVICE_ID;
    }

    @Override
    public String description() {
      return "device id, " + category + " from object " + object;
    }
  }
}
