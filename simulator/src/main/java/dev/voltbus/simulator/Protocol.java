package dev.voltbus.simulator;

import io.vertx.core.buffer.Buffer;
import java.util.function.BiConsumer;

/// The functions of the Modbus application protocol, from a request PDU to the answer PDU.
final class Protocol {
  private static final int MOST_BITS_READ = 2000;
  static final int MOST_WORDS_READ = 125;
  private static final int MOST_BITS_WRITTEN = 1968;
  private static final int MOST_WORDS_WRITTEN = 123;
  private static final int MOST_WORDS_EXCHANGED = 121;

  /// Encapsulated interface transport; here always MEI type 14, read device identification.
  static final int DEVICE_IDENTIFICATION = 43;

  private final SimulatedDevice device;
  private final BiConsumer<Integer, int[]> writes;

  /// @param writes told address and words of each write that was accepted
  Protocol(SimulatedDevice device, BiConsumer<Integer, int[]> writes) {
    this.device = device;
    this.writes = writes;
  }

  Buffer answer(Buffer request) {
    int function = request.getUnsignedByte(0);
    if (device.isAbsent()) {
      return refuse(function, Refusal.NO_SUCH_UNIT);
    }
    try {
      return device.knows(function)
          ? perform(function, request)
          : refuse(function, Refusal.ILLEGAL_FUNCTION);
    } catch (Refusal refusal) {
      return refuse(function, refusal.code());
    }
  }

  static Buffer refuse(int function, int code) {
    return Buffer.buffer(2).appendByte((byte) (function | 0x80)).appendByte((byte) code);
  }

  private Buffer perform(int function, Buffer request) throws Refusal {
    expectLength(function, request.length());
    return switch (function) {
      case 1 -> readBits(function, SimulatedDevice.Table.COIL, request);
      case 2 -> readBits(function, SimulatedDevice.Table.DISCRETE, request);
      case 3 -> readWords(function, SimulatedDevice.Table.HOLDING, request);
      case 4 -> readWords(function, SimulatedDevice.Table.INPUT, request);
      case 5 -> writeCoil(request);
      case 6 -> writeWord(request);
      case 15 -> writeCoils(request);
      case 16 -> writeWords(request);
      case 22 -> maskWord(request);
      case 23 -> exchange(request);
      case DEVICE_IDENTIFICATION -> DeviceIdentification.answer(device.objects(), request);
      default -> throw new Refusal(Refusal.ILLEGAL_FUNCTION);
    };
  }

  /// A request that is too short, or longer than its function says, is refused whole.
  private static void expectLength(int function, int length) throws Refusal {
    boolean fits =
        switch (function) {
          case 1, 2, 3, 4, 5, 6 -> length == 5;
          case DEVICE_IDENTIFICATION -> length == 4;
          case 22 -> length == 7;
          case 15, 16 -> length > 6;
          case 23 -> length > 10;
          default -> true;
        };
    if (!fits) {
      throw new Refusal(Refusal.ILLEGAL_VALUE);
    }
  }

  private Buffer readBits(int function, SimulatedDevice.Table table, Buffer request)
      throws Refusal {
    int[] bits = device.read(table, request.getUnsignedShort(1), count(request, MOST_BITS_READ));
    byte[] packed = new byte[(bits.length + 7) / 8];
    for (int i = 0; i < bits.length; i++) {
      packed[i / 8] |= (byte) (bits[i] == 0 ? 0 : 1 << (i % 8));
    }
    return head(function).appendByte((byte) packed.length).appendBytes(packed);
  }

  private Buffer readWords(int function, SimulatedDevice.Table table, Buffer request)
      throws Refusal {
    int count = count(request, device.largestBlock());
    return words(function, device.read(table, request.getUnsignedShort(1), count));
  }

  private static Buffer words(int function, int[] words) {
    Buffer answer = head(function).appendByte((byte) (words.length * 2));
    for (int word : words) {
      answer.appendShort((short) word);
    }
    return answer;
  }

  private Buffer writeCoil(Buffer request) throws Refusal {
    int value = request.getUnsignedShort(3);
    if (value != 0xFF00 && value != 0) {
      throw new Refusal(Refusal.ILLEGAL_VALUE);
    }
    write(SimulatedDevice.Table.COIL, request.getUnsignedShort(1), value == 0 ? 0 : 1);
    return request.getBuffer(0, 5);
  }

  private Buffer writeWord(Buffer request) throws Refusal {
    write(SimulatedDevice.Table.HOLDING, request.getUnsignedShort(1), request.getUnsignedShort(3));
    return request.getBuffer(0, 5);
  }

  private Buffer writeCoils(Buffer request) throws Refusal {
    int count = count(request, MOST_BITS_WRITTEN);
    expectBytes(request, 5, (count + 7) / 8);
    int[] bits = new int[count];
    for (int i = 0; i < count; i++) {
      bits[i] = request.getUnsignedByte(6 + i / 8) >>> (i % 8) & 1;
    }
    write(SimulatedDevice.Table.COIL, request.getUnsignedShort(1), bits);
    return request.getBuffer(0, 5);
  }

  private Buffer writeWords(Buffer request) throws Refusal {
    int count = count(request, MOST_WORDS_WRITTEN);
    write(SimulatedDevice.Table.HOLDING, request.getUnsignedShort(1), wordsOf(request, 5, count));
    return request.getBuffer(0, 5);
  }

  private Buffer maskWord(Buffer request) throws Refusal {
    int address = request.getUnsignedShort(1);
    int and = request.getUnsignedShort(3);
    int or = request.getUnsignedShort(5);
    int old = device.read(SimulatedDevice.Table.HOLDING, address, 1)[0];
    write(SimulatedDevice.Table.HOLDING, address, (old & and) | (or & ~and & 0xFFFF));
    return request.getBuffer(0, 7);
  }

  /// Function 23 writes before it reads (Modbus Application Protocol 6.17).
  private Buffer exchange(Buffer request) throws Refusal {
    int readCount = request.getUnsignedShort(3);
    int writeCount = request.getUnsignedShort(7);
    if (readCount < 1
        || readCount > device.largestBlock()
        || writeCount < 1
        || writeCount > MOST_WORDS_EXCHANGED) {
      throw new Refusal(Refusal.ILLEGAL_VALUE);
    }
    int[] written = wordsOf(request, 9, writeCount);
    device.read(SimulatedDevice.Table.HOLDING, request.getUnsignedShort(1), readCount);
    write(SimulatedDevice.Table.HOLDING, request.getUnsignedShort(5), written);
    return words(
        23, device.read(SimulatedDevice.Table.HOLDING, request.getUnsignedShort(1), readCount));
  }

  private void write(SimulatedDevice.Table table, int address, int... words) throws Refusal {
    device.write(table, address, words);
    writes.accept(address, words);
  }

  private static int[] wordsOf(Buffer request, int byteCountAt, int count) throws Refusal {
    expectBytes(request, byteCountAt, count * 2);
    int[] words = new int[count];
    for (int i = 0; i < count; i++) {
      words[i] = request.getUnsignedShort(byteCountAt + 1 + 2 * i);
    }
    return words;
  }

  private static void expectBytes(Buffer request, int byteCountAt, int bytes) throws Refusal {
    if (request.getUnsignedByte(byteCountAt) != bytes
        || request.length() != byteCountAt + 1 + bytes) {
      throw new Refusal(Refusal.ILLEGAL_VALUE);
    }
  }

  private static int count(Buffer request, int most) throws Refusal {
    int count = request.getUnsignedShort(3);
    if (count < 1 || count > most) {
      throw new Refusal(Refusal.ILLEGAL_VALUE);
    }
    return count;
  }

  private static Buffer head(int function) {
    return Buffer.buffer(256).appendByte((byte) function);
  }
}
