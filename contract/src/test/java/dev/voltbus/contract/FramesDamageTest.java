package dev.voltbus.contract;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.vertx.core.buffer.Buffer;
import java.lang.management.ManagementFactory;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever arrives, reading it neither throws nor takes much memory: it must not end the
/// connection between two nodes or the process.
@Timeout(600)
class FramesDamageTest {
  private static final int FUZZED = Integer.getInteger("voltbus.fuzz.frames", 20_000);
  private static final int HEADER = 6;

  // Decoding may allocate this much for each byte of the frame, and a bit for the first call.
  private static final long BYTES_PER_BYTE = 200;
  private static final long BYTES_ANYWAY = 2_000_000;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final Frames frames = new Frames();

  static Stream<Message> typical() {
    return Samples.typical().values().stream();
  }

  private byte[] encode(Message message) {
    Buffer buffer = Buffer.buffer();
    frames.encodeToWire(buffer, message);
    return buffer.getBytes();
  }

  private Message decode(byte[] frame) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    Message message = frames.decodeFromWire(0, Buffer.buffer(frame));
    long taken = THREADS.getCurrentThreadAllocatedBytes() - before;
    assertTrue(taken < BYTES_ANYWAY + BYTES_PER_BYTE * frame.length, "allocated " + taken);
    return message;
  }

  @ParameterizedTest
  @MethodSource("typical")
  void aFrameCutAnywhereBecomesAnUnknownMessage(Message message) {
    byte[] whole = encode(message);
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(whole, length);
      assertInstanceOf(UnknownMessage.class, decode(cut), "cut after " + length);
    }
  }

  /// The same cut in a frame that says so is an older form or damaged, never an exception.
  @ParameterizedTest
  @MethodSource("typical")
  void aShorterFrameIsReadOrUnknown(Message message) {
    byte[] whole = encode(message);
    for (int length = HEADER; length < whole.length; length++) {
      Buffer cut = Buffer.buffer(java.util.Arrays.copyOf(whole, length));
      Message read = decode(cut.setInt(2, length - HEADER).getBytes());
      assertTrue(
          read instanceof UnknownMessage || read.getClass() == message.getClass(),
          () -> "cut: " + read);
    }
  }

  /// Lengths and counts stand anywhere; each may be damaged into the worst number there is.
  @ParameterizedTest
  @MethodSource("typical")
  void aDamagedNumberAnywhereIsSurvived(Message message) {
    byte[] whole = encode(message);
    for (int at = 0; at + 4 <= whole.length; at++) {
      for (int worst : new int[] {Integer.MAX_VALUE, Integer.MIN_VALUE, -1, 0, 0x00FFFFFF}) {
        decode(Buffer.buffer(whole.clone()).setInt(at, worst).getBytes());
      }
    }
  }

  /// 1E+999999999 is eleven bytes in a frame and a gigabyte when written out.
  @Test
  void aDamagedScaleDoesNotFillTheMemory() {
    RegisterSpec spec =
        RegisterSpec.of("k", WireSource.holding(0, WireType.U16))
            .withScaling(Scaling.by("123456789.12"));
    RegisterMap map =
        new RegisterMap(
            "m",
            java.util.List.of(spec),
            java.util.List.of(PollGroup.every("default", PollGroup.LONGEST)),
            ReadLimits.MODBUS);
    String frame =
        new String(encode(new LayoutReply("d", map)), java.nio.charset.StandardCharsets.ISO_8859_1);
    byte[] damaged =
        frame
            .replace("123456789.12", "1E+999999999")
            .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    assertInstanceOf(UnknownMessage.class, decode(damaged));
  }

  @Test
  void randomBytesAreSurvived() {
    fuzz(new Random(20261121));
    fuzz(Seeds.random("random frames"));
  }

  private void fuzz(Random random) {
    for (int i = 0; i < FUZZED; i++) {
      byte[] fields = new byte[random.nextInt(300)];
      random.nextBytes(fields);
      sprinkleZeros(random, fields);
      int type = random.nextInt(20) == 0 ? random.nextInt() : random.nextInt(12);
      int length = random.nextInt(20) == 0 ? random.nextInt() : fields.length;
      decode(
          Buffer.buffer()
              .appendShort((short) type)
              .appendInt(length)
              .appendBytes(fields)
              .getBytes());
    }
  }

  /// Random lengths are nearly always too long; zeros let the reader get further.
  private static void sprinkleZeros(Random random, byte[] fields) {
    int density = 1 + random.nextInt(8);
    for (int i = 0; i < fields.length; i++) {
      if (random.nextInt(8) < density) {
        fields[i] = 0;
      }
    }
  }
}
