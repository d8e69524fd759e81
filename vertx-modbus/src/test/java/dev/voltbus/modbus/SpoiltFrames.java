package dev.voltbus.modbus;

import dev.voltbus.modbus.ModbusRequest.MaskWrite;
import dev.voltbus.modbus.ModbusRequest.ReadBits;
import dev.voltbus.modbus.ModbusRequest.ReadCoils;
import dev.voltbus.modbus.ModbusRequest.ReadDeviceId;
import dev.voltbus.modbus.ModbusRequest.ReadDiscreteInputs;
import dev.voltbus.modbus.ModbusRequest.ReadHolding;
import dev.voltbus.modbus.ModbusRequest.ReadInput;
import dev.voltbus.modbus.ModbusRequest.ReadWords;
import dev.voltbus.modbus.ModbusRequest.ReadWriteRegisters;
import dev.voltbus.modbus.ModbusRequest.Write;
import dev.voltbus.modbus.ModbusRequest.WriteCoil;
import dev.voltbus.modbus.ModbusRequest.WriteCoils;
import dev.voltbus.modbus.ModbusRequest.WriteRegister;
import dev.voltbus.modbus.ModbusRequest.WriteRegisters;
import io.vertx.core.buffer.Buffer;
import java.util.Arrays;
import java.util.Random;
import java.util.TreeMap;

/// Requests, their right answers, and what a bad wire makes of the bytes; the same for the same
/// seed.
final class SpoiltFrames {
  private static final int[] EDGES = {
    0, 1, 2, 3, 4, 15, 16, 22, 23, 43, 0x7F, 0x80, 0x83, 0xFE, 0xFF
  };

  private final Random dice;

  SpoiltFrames(long seed) {
    this.dice = new Random(seed);
  }

  int below(int bound) {
    return dice.nextInt(bound);
  }

  /// Any request that may be sent.
  ModbusRequest request() {
    int unit = below(256);
    return switch (below(11)) {
      case 0 -> spanned(2000, (at, n) -> new ReadCoils(unit, at, n));
      case 1 -> spanned(2000, (at, n) -> new ReadDiscreteInputs(unit, at, n));
      case 2 -> spanned(125, (at, n) -> new ReadHolding(unit, at, n));
      case 3 -> spanned(125, (at, n) -> new ReadInput(unit, at, n));
      case 4 -> new WriteCoil(unit, below(0x10000), dice.nextBoolean());
      case 5 -> new WriteRegister(unit, below(0x10000), below(0x10000));
      case 6 -> spanned(1968, (at, n) -> new WriteCoils(unit, at, bits(n)));
      case 7 -> spanned(123, (at, n) -> new WriteRegisters(unit, at, words(n)));
      case 8 -> new MaskWrite(unit, below(0x10000), below(0x10000), below(0x10000));
      case 9 -> {
        Words written = words(1 + below(121));
        int to = below(0x10000 - written.size());
        yield spanned(125, (at, n) -> new ReadWriteRegisters(unit, at, n, to, written));
      }
      default -> new ReadDeviceId(unit, ReadDeviceId.Category.values()[below(4)], below(256));
    };
  }

  @FunctionalInterface
  private interface Spanned {
    ModbusRequest at(int address, int count);
  }

  private ModbusRequest spanned(int most, Spanned request) {
    int count = below(4) == 0 ? most : 1 + below(most);
    return request.at(below(0x10001 - count), count);
  }

  private Bits bits(int count) {
    boolean[] bits = new boolean[count];
    for (int i = 0; i < count; i++) {
      bits[i] = dice.nextBoolean();
    }
    return Bits.of(bits);
  }

  private Words words(int count) {
    return Words.of(dice.ints(count, 0, 0x10000).toArray());
  }

  /// A right answer: what was asked for, now and then an exception or an error frame.
  byte[] answer(ModbusRequest request) {
    if (below(10) == 0) {
      return below(3) == 0
          ? new byte[] {0, (byte) request.function().code(), (byte) below(3)}
          : AnswerPdu.refusal(request.function().code(), 1 + below(11));
    }
    return AnswerPdu.of(
        request,
        switch (request) {
          case ReadBits r -> new ModbusAnswer.Flags(bits(r.count()));
          case ReadWords r -> new ModbusAnswer.Registers(words(r.count()));
          case ReadWriteRegisters r -> new ModbusAnswer.Registers(words(r.count()));
          case Write _ -> new ModbusAnswer.Done();
          case ReadDeviceId r -> new ModbusAnswer.Identification(id(r.object()));
        });
  }

  private DeviceId id(int object) {
    TreeMap<Integer, String> objects = new TreeMap<>();
    objects.put(object, "x".repeat(below(DeviceId.LONGEST_OBJECT + 1)));
    for (int i = below(5); i > 0; i--) {
      objects.put(below(256), "y".repeat(below(60)));
    }
    return new DeviceId(below(256), objects);
  }

  /// The frame's right bytes on the wire; quicker than by text, which matters for a million.
  byte[] framed(FrameForm form, int transaction, int unit, byte[] pdu) {
    byte[] bytes = joined(new byte[] {(byte) unit}, pdu);
    return switch (form) {
      case TCP -> joined(head(transaction, bytes.length), bytes);
      case RTU -> {
        int crc = TestingFraming.crc(Buffer.buffer(bytes));
        yield joined(bytes, new byte[] {(byte) crc, (byte) (crc >> 8)});
      }
      case ASCII -> FrameTextTest.ascii(bytes);
    };
  }

  private static byte[] head(int transaction, int length) {
    return new byte[] {
      (byte) (transaction >> 8), (byte) transaction, 0, 0, (byte) (length >> 8), (byte) length
    };
  }

  /// The bytes with up to four things done to them; now and then nothing of them is left.
  byte[] spoilt(byte[] right) {
    if (below(20) == 0) {
      return noise(below(600));
    }
    byte[] bytes = right.clone();
    for (int i = below(4); i >= 0; i--) {
      bytes = spoiltOnce(bytes);
    }
    return bytes;
  }

  byte[] noise(int length) {
    byte[] bytes = new byte[length];
    dice.nextBytes(bytes);
    return bytes;
  }

  private byte[] spoiltOnce(byte[] bytes) {
    if (bytes.length == 0) {
      return noise(1 + below(8));
    }
    int at = below(bytes.length);
    switch (below(7)) {
      case 0 -> bytes[at] ^= (byte) (1 << below(8));
      case 1 -> bytes[at] = (byte) below(256);
      case 2 -> bytes[at] = (byte) EDGES[below(EDGES.length)];
      case 3 -> {
        return Arrays.copyOf(bytes, at);
      }
      case 4 -> {
        return joined(bytes, noise(1 + below(20)));
      }
      case 5 -> {
        return joined(bytes, bytes);
      }
      default -> {
        return joined(
            Arrays.copyOf(bytes, at),
            Arrays.copyOfRange(bytes, Math.min(at + 1 + below(3), bytes.length), bytes.length));
      }
    }
    return bytes;
  }

  static byte[] joined(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
