package dev.voltbus.modbus;

import io.vertx.core.buffer.Buffer;
import java.util.BitSet;

/// A slave's tables; input registers and discrete inputs are apart from holding registers and
/// coils.
final class TestingRegisters {
  final int[] holding = new int[0x10000];
  final int[] input = new int[0x10000];
  final BitSet coils = new BitSet();
  final BitSet discretes = new BitSet();

  /// The right answer to a request.
  byte[] answer(Buffer pdu) {
    int function = pdu.getUnsignedByte(0);
    int address = pdu.getUnsignedShort(1);
    int value = pdu.getUnsignedShort(3);
    return switch (function) {
      case 1 -> bits(function, coils, address, value);
      case 2 -> bits(function, discretes, address, value);
      case 3 -> words(function, holding, address, value);
      case 4 -> words(function, input, address, value);
      case 5 -> {
        coils.set(address, value == 0xFF00);
        yield pdu.getBytes(0, 5);
      }
      case 6 -> {
        holding[address] = value;
        yield pdu.getBytes(0, 5);
      }
      case 15 -> {
        for (int i = 0; i < value; i++) {
          coils.set(address + i, (pdu.getByte(6 + i / 8) >> i % 8 & 1) != 0);
        }
        yield pdu.getBytes(0, 5);
      }
      case 16 -> {
        for (int i = 0; i < value; i++) {
          holding[address + i] = pdu.getUnsignedShort(6 + 2 * i);
        }
        yield pdu.getBytes(0, 5);
      }
      case 22 -> {
        int or = pdu.getUnsignedShort(5);
        holding[address] = (holding[address] & value) | (or & ~value & 0xFFFF);
        yield pdu.getBytes(0, 7);
      }
      case 23 -> {
        for (int i = 0; i < pdu.getUnsignedShort(7); i++) {
          holding[pdu.getUnsignedShort(5) + i] = pdu.getUnsignedShort(10 + 2 * i);
        }
        yield words(function, holding, address, value);
      }
      default -> throw new AssertionError("function " + function + " came");
    };
  }

  private static byte[] words(int function, int[] table, int address, int count) {
    Buffer answer = Buffer.buffer().appendByte((byte) function).appendByte((byte) (2 * count));
    for (int i = 0; i < count; i++) {
      answer.appendUnsignedShort(table[address + i]);
    }
    return answer.getBytes();
  }

  private static byte[] bits(int function, BitSet table, int address, int count) {
    byte[] answer = new byte[2 + (count + 7) / 8];
    answer[0] = (byte) function;
    answer[1] = (byte) (answer.length - 2);
    for (int i = 0; i < count; i++) {
      if (table.get(address + i)) {
        answer[2 + i / 8] |= (byte) (1 << i % 8);
      }
    }
    return answer;
  }
}
