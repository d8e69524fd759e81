package dev.voltbus.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.voltbus.modbus.ModbusRequest.MaskWrite;
import dev.voltbus.modbus.ModbusRequest.ReadCoils;
import dev.voltbus.modbus.ModbusRequest.ReadDeviceId;
import dev.voltbus.modbus.ModbusRequest.ReadDeviceId.Category;
import dev.voltbus.modbus.ModbusRequest.ReadDiscreteInputs;
import dev.voltbus.modbus.ModbusRequest.ReadHolding;
import dev.voltbus.modbus.ModbusRequest.ReadInput;
import dev.voltbus.modbus.ModbusRequest.ReadWriteRegisters;
import dev.voltbus.modbus.ModbusRequest.WriteCoil;
import dev.voltbus.modbus.ModbusRequest.WriteCoils;
import dev.voltbus.modbus.ModbusRequest.WriteRegister;
import dev.voltbus.modbus.ModbusRequest.WriteRegisters;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class ModbusRequestTest {
  private static final Words WORDS_121 = Words.copyOf(new short[121]);
  private static final Words WORDS_123 = Words.copyOf(new short[123]);
  private static final Words WORDS_124 = Words.copyOf(new short[124]);
  private static final Bits BITS_1968 = Bits.of(new boolean[1968]);
  private static final Bits BITS_1969 = Bits.of(new boolean[1969]);

  @Test
  void largestRequestsAreAllowed() {
    List<ModbusRequest> largest =
        List.of(
            new ReadCoils(0, 0, 2000),
            new ReadDiscreteInputs(255, 63536, 2000),
            new ReadHolding(1, 65411, 125),
            new ReadInput(1, 65535, 1),
            new WriteCoil(1, 65535, true),
            new WriteRegister(1, 65535, 65535),
            new WriteCoils(1, 63568, BITS_1968),
            new WriteRegisters(1, 65413, WORDS_123),
            new MaskWrite(1, 65535, 65535, 0),
            new ReadWriteRegisters(1, 65411, 125, 65415, WORDS_121),
            new ReadDeviceId(255, Category.INDIVIDUAL, 255));
    assertEquals(
        List.of(
            "coil 0..1999",
            "discrete 63536..65535",
            "holding 65411..65535",
            "input 65535",
            "write coil 65535",
            "write holding 65535",
            "write coil 63568..65535",
            "write holding 65413..65535",
            "mask write holding 65535",
            "write holding 65415..65535 and read holding 65411..65535",
            "device id, individual from object 255"),
        largest.stream().map(ModbusRequest::description).toList());
  }

  // j2mod sends 126 registers and overflows a buffer at 200.
  @Test
  void requestsBeyondTheLimitsAreRefused() {
    assertRefused("unit 256 is not within 0..255", () -> new ReadHolding(256, 0, 1));
    assertRefused("unit -1 is not within 0..255", () -> new ReadHolding(-1, 0, 1));
    assertRefused(
        "holding address 65536 is not within 0..65535", () -> new ReadHolding(1, 65536, 1));
    assertRefused("holding count 0 is not within 1..125", () -> new ReadHolding(1, 0, 0));
    assertRefused("holding count 126 is not within 1..125", () -> new ReadHolding(1, 0, 126));
    assertRefused("input count 126 is not within 1..125", () -> new ReadInput(1, 0, 126));
    assertRefused("coil count 2001 is not within 1..2000", () -> new ReadCoils(1, 0, 2001));
    assertRefused(
        "discrete count 2001 is not within 1..2000", () -> new ReadDiscreteInputs(1, 0, 2001));
    assertRefused(
        "write holding count 124 is not within 1..123", () -> new WriteRegisters(1, 0, WORDS_124));
    assertRefused(
        "write coil count 1969 is not within 1..1968", () -> new WriteCoils(1, 0, BITS_1969));
    assertRefused(
        "holding 65530..65539 passes the last address 65535", () -> new ReadHolding(1, 65530, 10));
    assertRefused(
        "holding count 126 is not within 1..125",
        () -> new ReadWriteRegisters(1, 0, 126, 0, WORDS_121));
    assertRefused(
        "holding count 0 is not within 1..125",
        () -> new ReadWriteRegisters(1, 0, 0, 0, WORDS_121));
    assertRefused(
        "write holding count 122 is not within 1..121",
        () -> new ReadWriteRegisters(1, 0, 1, 0, Words.copyOf(new short[122])));
    assertRefused(
        "write holding count 0 is not within 1..121",
        () -> new ReadWriteRegisters(1, 0, 1, 0, Words.of()));
    assertRefused(
        "write holding 65535..65655 passes the last address 65535",
        () -> new ReadWriteRegisters(1, 0, 1, 65535, WORDS_121));
    assertRefused("and mask 65536 is not within 0..65535", () -> new MaskWrite(1, 0, 65536, 0));
    assertRefused("or mask -1 is not within 0..65535", () -> new MaskWrite(1, 0, 0, -1));
    assertRefused(
        "object 256 is not within 0..255", () -> new ReadDeviceId(1, Category.EXTENDED, 256));
    assertRefused("word 65536 is not within 0..65535", () -> new WriteRegister(1, 0, 65536));
    assertRefused("word 1 -1 is not within 0..65535", () -> Words.of(0, -1));
  }

  private static void assertRefused(String message, Supplier<Object> call) {
    IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, call::get);
    assertEquals(message, String.valueOf(refusal.getMessage()));
  }
}
