package dev.voltbus.simulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FramingTest {
  private static final byte[] READ_CELLS = TestingWire.hex("AA 03 00 05 00 05 8C 13");
  private static final byte[] WRITE_CUTOFFS =
      TestingWire.hex("AA 10 01 3B 00 02 04 10 68 09 C4 19 61");

  private static Stream<byte[]> rtuRequests() {
    return Stream.of(
        READ_CELLS,
        WRITE_CUTOFFS,
        rtu("01 06 00 00 00 64"),
        rtu("01 0F 00 00 00 0A 02 FF 03"),
        rtu("15 16 01 90 00 F2 00 25"),
        rtu("15 17 01 2C 00 02 01 91 00 01 02 00 FF"));
  }

  private static byte[] rtu(String hex) {
    Buffer frame = Buffer.buffer(TestingWire.hex(hex));
    return frame.appendUnsignedShortLE(RtuFraming.crc(frame, frame.length())).getBytes();
  }

  private static List<Framing.Request> all(Framing framing, byte[]... chunks) {
    List<Framing.Request> requests = new ArrayList<>();
    Buffer received = Buffer.buffer();
    for (byte[] chunk : chunks) {
      received.appendBytes(chunk);
      boolean more = false;
      while (!more && received.length() > 0) {
        int taken =
            switch (framing.cut(received)) {
              case Framing.Cut.More() -> 0;
              case Framing.Cut.Noise(int length) -> length;
              case Framing.Cut.Whole(Framing.Request request, int length) -> {
                requests.add(request);
                yield length;
              }
            };
        more = taken == 0;
        received = received.getBuffer(taken, received.length());
      }
    }
    return requests;
  }

  private static byte[][] split(byte[] bytes, int at) {
    return new byte[][] {
      Buffer.buffer(bytes).getBytes(0, at), Buffer.buffer(bytes).getBytes(at, bytes.length)
    };
  }

  private static byte[] joined(byte[]... parts) {
    Buffer all = Buffer.buffer();
    for (byte[] part : parts) {
      all.appendBytes(part);
    }
    return all.getBytes();
  }

  // The frames of the protocol's own documentation, with their checksums.
  @Test
  void rtuTakesTheDocumentedFrames() {
    Framing.Request read = all(new RtuFraming(), READ_CELLS).getFirst();
    assertEquals(170, read.unit());
    assertArrayEquals(TestingWire.hex("03 00 05 00 05"), read.pdu().getBytes());

    Framing.Request write = all(new RtuFraming(), WRITE_CUTOFFS).getFirst();
    assertArrayEquals(TestingWire.hex("10 01 3B 00 02 04 10 68 09 C4"), write.pdu().getBytes());
  }

  @Test
  void rtuAnswersWithTheDocumentedBytes() {
    Framing.Request request = new Framing.Request(0, 170, Buffer.buffer());
    assertArrayEquals(
        TestingWire.hex("AA 10 01 3B 00 02 28 22"),
        new RtuFraming()
            .wrap(request, Buffer.buffer(TestingWire.hex("10 01 3B 00 02")))
            .getBytes());
  }

  @ParameterizedTest
  @MethodSource("rtuRequests")
  void rtuFrameMayBeSplitAnywhere(byte[] frame) {
    for (int at = 0; at <= frame.length; at++) {
      List<Framing.Request> requests = all(new RtuFraming(), split(frame, at));
      assertEquals(1, requests.size(), "split at " + at);
      assertArrayEquals(
          Buffer.buffer(frame).getBytes(1, frame.length - 2), requests.getFirst().pdu().getBytes());
    }
  }

  // A whole frame must not be needed to know that more has to come.
  @ParameterizedTest
  @MethodSource("rtuRequests")
  void rtuFrameMayComeByteByByte(byte[] frame) {
    byte[][] bytes = new byte[frame.length][];
    for (int i = 0; i < frame.length; i++) {
      bytes[i] = new byte[] {frame[i]};
    }
    assertEquals(1, all(new RtuFraming(), bytes).size());
  }

  @Test
  void rtuFramesMayFollowEachOther() {
    byte[] both = joined(READ_CELLS, WRITE_CUTOFFS, READ_CELLS);
    for (int at = 0; at <= both.length; at++) {
      assertEquals(3, all(new RtuFraming(), split(both, at)).size(), "split at " + at);
    }
  }

  // Every single bit counts.
  @Test
  void rtuFrameWithAFlippedBitIsNoRequest() {
    for (int bit = 0; bit < READ_CELLS.length * 8; bit++) {
      byte[] spoilt = READ_CELLS.clone();
      spoilt[bit / 8] ^= (byte) (1 << (bit % 8));
      assertEquals(0, all(new RtuFraming(), spoilt).size(), "bit " + bit);
    }
  }

  @Test
  void rtuFindsTheFrameBehindNoise() {
    byte[] spoilt = READ_CELLS.clone();
    spoilt[3] ^= 1;
    for (byte[] noise :
        List.of(new byte[] {0}, TestingWire.hex("FF FF FF"), TestingWire.hex("00 07"), spoilt)) {
      List<Framing.Request> requests =
          all(new RtuFraming(), joined(noise, WRITE_CUTOFFS, READ_CELLS));
      assertEquals(2, requests.size(), () -> Buffer.buffer(noise).toString());
      assertEquals(16, requests.getFirst().pdu().getUnsignedByte(0));
    }
  }

  // The device itself says what it thinks of a function, so the request has to reach it.
  @Test
  void rtuTakesAFunctionOfUnknownLengthThatComesAlone() {
    Framing.Request request = all(new RtuFraming(), rtu("01 2B 0E 01 00")).getFirst();
    assertArrayEquals(TestingWire.hex("2B 0E 01 00"), request.pdu().getBytes());
  }

  // Otherwise one wrong byte count would make the device wait for a frame that cannot exist.
  @Test
  void rtuDoesNotWaitForMoreThanAFrameHolds() {
    byte[] tooLong = TestingWire.hex("01 10 00 00 00 7F FE");
    assertEquals(1, all(new RtuFraming(), joined(tooLong, READ_CELLS)).size());
  }

  @Test
  void tcpFrameMayBeSplitAnywhere() {
    byte[] frame = TestingWire.frame(0xBEEF, 21, TestingWire.writing(401, 0x00FF));
    for (int at = 0; at <= frame.length; at++) {
      List<Framing.Request> requests = all(new TcpFraming(), split(frame, at));
      assertEquals(1, requests.size(), "split at " + at);
      assertEquals(0xBEEF, requests.getFirst().transaction());
      assertEquals(21, requests.getFirst().unit());
    }
  }

  @Test
  void tcpFramesMayFollowEachOther() {
    byte[] one = TestingWire.frame(1, 21, TestingWire.pdu(3, 300, 24));
    byte[] two = TestingWire.frame(2, 21, TestingWire.writing(401, 0xFF00));
    byte[] both = joined(one, two);
    for (int at = 0; at <= both.length; at++) {
      List<Framing.Request> requests = all(new TcpFraming(), split(both, at));
      assertEquals(List.of(1, 2), requests.stream().map(Framing.Request::transaction).toList());
    }
  }

  @Test
  void tcpAnswerCarriesTransactionAndUnit() {
    assertArrayEquals(
        TestingWire.hex("12 34 00 00 00 03 AA 83 02"),
        new TcpFraming()
            .wrap(new Framing.Request(0x1234, 170, Buffer.buffer()), Protocol.refuse(3, 2))
            .getBytes());
  }

  @Test
  void tcpSkipsWhatIsNoModbus() {
    for (String noise :
        List.of(
            "00 01 00 01 00 06 01 03 00 00 00 01", // protocol 1
            "00 01 00 00 00 01 01 03", // no function
            "00 01 00 00 00 FF 01 03")) { // longer than any request
      Buffer received = Buffer.buffer(TestingWire.hex(noise));
      assertEquals(
          received.length(),
          assertInstanceOf(Framing.Cut.Noise.class, new TcpFraming().cut(received)).length(),
          noise);
    }
  }
}
