package dev.voltbus.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Frames are those of the specifications' examples and of TinyBMS's protocol description, written
/// down as bytes; CRCs of the latter are its own.
class FrameTextTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          01 00 13 00 25          | read coil 19..55 (37 bits)
          02 00 C4 00 16          | read discrete 196..217 (22 bits)
          03 00 6B 00 03          | read holding 107..109 (3 words)
          04 00 08 00 01          | read input 8 (1 word)
          05 00 AC FF 00          | write coil 172: on
          06 00 01 00 03          | write holding 1: 0003
          0F 00 13 00 0A 02 CD 01 | write coil 19..28 (10 bits): 1011001110
          10 00 01 00 02 04 00 0A 01 02 | write holding 1..2 (2 words): 000a 0102
          16 00 04 00 F2 00 25    | mask write holding 4: and 00f2, or 0025
          17 00 03 00 06 00 0E 00 01 02 00 FF | write holding 14 and read holding 3..8: 00ff
          2B 0E 01 00             | read device id, basic from object 0
          03 00 6B 00 7E          | function 3 (holding), not a valid request (illegal data value): 03 00 6b 00 7e
          41 01                   | function 65, not a valid request (illegal function): 41 01
          """)
  void requestIsNamedInEveryForm(String pdu, String meaning) {
    byte[] bytes = hex("11" + pdu);
    assertEquals(
        "transaction 7, unit 17, " + meaning, FrameText.request(FrameForm.TCP, tcp(7, bytes)));
    assertEquals("unit 17, " + meaning + ", CRC ok", FrameText.request(FrameForm.RTU, rtu(bytes)));
    assertEquals(
        "unit 17, " + meaning + ", LRC ok", FrameText.request(FrameForm.ASCII, ascii(bytes)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          03 00 6B 00 02 | 03 04 02 2B 00 64    | holding 107..108: 022b 0064
          01 00 13 00 05 | 01 01 15             | coil 19..23: 10101
          06 00 01 00 03 | 06 00 01 00 03       | write holding 1: done
          16 00 04 00 F2 00 25 | 16 00 04 00 F2 00 25 | mask write holding 4: done
          03 00 6B 00 02 | 83 02                | holding 107..108 refused, exception 2 (illegal data address)
          03 00 6B 00 02 | 83 0B                | holding 107..108 refused, exception 11 (gateway target device failed to respond)
          03 00 6B 00 02 | 00 03 00             | function 3 (holding) refused, error frame with error 0 (command not accepted)
          2B 0E 01 00 | 2B 0E 01 01 FF 02 02 00 03 41 42 43 01 01 58 | device id, basic from object 0: 0 "ABC", 1 "X", more from object 2
          03 00 6B 00 02 | 03 02 02 2B          | holding 107..108: 02 02 2b does not fit (byte count 2, expected 4)
          03 00 6B 00 02 | 04 04 02 2B 00 64    | function 4 (input): 04 02 2b 00 64, NOT the answer: function 3 was asked
          06 00 01 00 03 | 06 00 01 00 04       | write holding 1: 00 01 00 04 does not fit (echoed value 4, expected 3)
          """)
  void answerIsNamedByItsQuestionInEveryForm(String question, String answer, String meaning) {
    byte[] asked = hex("11" + question);
    byte[] bytes = hex("11" + answer);
    String note = meaning.replaceFirst(".*(?=, NOT)", "");
    String fact = meaning.replaceFirst(", NOT.*", "");
    String tail = note.equals(meaning) ? "" : note;
    assertEquals(
        "transaction 7, unit 17, " + meaning,
        FrameText.answer(FrameForm.TCP, tcp(7, bytes), tcp(7, asked)));
    assertEquals(
        "unit 17, " + fact + ", CRC ok" + tail,
        FrameText.answer(FrameForm.RTU, rtu(bytes), rtu(asked)));
    assertEquals(
        "unit 17, " + fact + ", LRC ok" + tail,
        FrameText.answer(FrameForm.ASCII, ascii(bytes), ascii(asked)));
  }

  @Test
  void answerWithoutAQuestionShowsItsBytes() {
    assertEquals(
        "unit 17, function 3 (holding): 02 00 64, CRC ok",
        FrameText.answer(FrameForm.RTU, rtu(hex("11 03 02 00 64")), null));
  }

  @Test
  void wrongChecksumsAreShownWithTheRightOnes() {
    assertEquals(
        "unit 17, read holding 107..109 (3 words), CRC 8776 wrong, 7687 is right",
        FrameText.request(FrameForm.RTU, hex("11 03 00 6B 00 03 87 76")));
    assertEquals(
        "unit 17, read holding 107..109 (3 words), LRC 7f wrong, 7e is right",
        FrameText.request(
            FrameForm.ASCII, ":1103006B00037F\r\n".getBytes(StandardCharsets.US_ASCII)));
  }

  @Test
  void foreignAnswerIsSaidToBeSo() {
    byte[] asked = tcp(7, hex("11 03 00 00 00 01"));
    assertEquals(
        "transaction 6, unit 17, holding 0: 0064, NOT the answer: transaction 7 was asked",
        FrameText.answer(FrameForm.TCP, tcp(6, hex("11 03 02 00 64")), asked));
    assertEquals(
        "transaction 7, unit 18, holding 0: 0064, NOT the answer: unit 17 was asked",
        FrameText.answer(FrameForm.TCP, tcp(7, hex("12 03 02 00 64")), asked));
  }

  @Test
  void whatIsNoFrameIsSaidToBeNone() {
    assertEquals(
        "no TCP frame (protocol id 8224, expected 0): 9 bytes",
        FrameText.request(FrameForm.TCP, hex("20 20 20 20 20 20 20 20 20")));
    assertEquals(
        "no RTU frame (3 bytes where the shortest has 4): 3 bytes",
        FrameText.answer(FrameForm.RTU, hex("01 02 03"), null));
    assertEquals(
        "no ASCII frame (not pairs of hex digits): 4 bytes",
        FrameText.answer(FrameForm.ASCII, ":1x\n".getBytes(StandardCharsets.US_ASCII), null));
    assertEquals(
        "transaction 1, unit 2, function 3 (holding): 02 00 64, length 6 but 5 bytes follow",
        FrameText.answer(FrameForm.TCP, hex("0001 0000 0006 02 03 02 00 64"), null));
  }

  @Test
  void traceCutsFramesHoweverTheyArrive() {
    byte[] question = rtu(hex("AA 03 00 24 00 02"));
    byte[] answer = rtu(hex("AA 03 04 41 DC 28 F6"));
    List<String> whole = new ArrayList<>();
    FrameTrace trace = new FrameTrace(FrameForm.RTU, line -> whole.add(line.meaning()));
    trace.connected(1);
    trace.sent(2, question);
    trace.received(3, answer);
    trace.lost(4, "closed by the other side");
    assertEquals(
        List.of(
            "connected",
            "unit 170, read holding 36..37 (2 words), CRC ok",
            "unit 170, holding 36..37: 41dc 28f6, CRC ok",
            "connection ended: closed by the other side"),
        whole);
    List<String> dribbled = new ArrayList<>();
    FrameTrace slow = new FrameTrace(FrameForm.RTU, line -> dribbled.add(line.meaning()));
    slow.connected(1);
    slow.sent(2, question);
    for (byte each : answer) {
      slow.received(3, new byte[] {each});
    }
    slow.lost(4, "closed by the other side");
    assertEquals(whole, dribbled);
  }

  @Test
  void traceShowsWhatIsNoFrameBeforeTheNextOne() {
    List<FrameTrace.Line> lines = new ArrayList<>();
    FrameTrace trace = new FrameTrace(FrameForm.RTU, lines::add);
    trace.received(1, hex("AA 03 04 41"));
    trace.sent(2, rtu(hex("AA 03 00 24 00 02")));
    trace.received(3, hex("FF 7F 01"));
    trace.lost(4, "gone");
    assertEquals("aa 03 04 41", lines.get(0).bytes());
    assertEquals("no whole frame: 4 bytes", lines.get(0).meaning());
    assertEquals(FrameTrace.Kind.SENT, lines.get(1).kind());
    assertEquals("ff 7f 01", lines.get(2).bytes());
  }

  @Test
  void traceKeepsNoMoreThanAFloodNeeds() {
    List<String> lines = new ArrayList<>();
    FrameTrace trace = new FrameTrace(FrameForm.RTU, line -> lines.add(line.meaning()));
    for (int i = 0; i < 5000; i++) {
      trace.received(1, new byte[] {0x7F});
    }
    assertEquals(List.of("no whole frame: 1024 bytes"), lines.stream().distinct().toList());
  }

  static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits.replace(" ", ""));
  }

  static byte[] tcp(int transaction, byte[] unitAndPdu) {
    return hex(
        "%04x0000%04x%s"
            .formatted(transaction, unitAndPdu.length, HexFormat.of().formatHex(unitAndPdu)));
  }

  static byte[] rtu(byte[] unitAndPdu) {
    int crc = TestingFraming.crc(Buffer.buffer(unitAndPdu));
    return hex("%s%02x%02x".formatted(HexFormat.of().formatHex(unitAndPdu), crc & 0xFF, crc >> 8));
  }

  static byte[] ascii(byte[] unitAndPdu) {
    int sum = 0;
    for (byte each : unitAndPdu) {
      sum += each;
    }
    String digits = HexFormat.of().withUpperCase().formatHex(unitAndPdu);
    return ":%s%02X\r\n".formatted(digits, -sum & 0xFF).getBytes(StandardCharsets.US_ASCII);
  }
}
