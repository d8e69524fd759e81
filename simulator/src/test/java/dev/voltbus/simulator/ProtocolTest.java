package dev.voltbus.simulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.simulator.SimulatedDevice.Table;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProtocolTest {
  private static final Row.Bounds ANY = new Row.Bounds(0, 0xFFFF, false, false);

  private final List<Integer> written = new ArrayList<>();
  private final SimulatedDevice device =
      new SimulatedDevice("bench", 1, 2, 3, 4, 5, 6, 15, 16, 22, 23);
  private final Protocol protocol = new Protocol(device, (address, words) -> written.add(address));

  ProtocolTest() {
    for (int i = 0; i < 200; i++) {
      device.with(Table.HOLDING, Row.setting(i, new int[] {i}, ANY));
    }
    for (int i = 0; i < 2100; i++) {
      int bit = i % 3 == 0 ? 1 : 0;
      device.with(Table.COIL, Row.setting(i, new int[] {bit}, ANY));
    }
    device
        .readable(Table.HOLDING, 0, 199)
        .readable(Table.INPUT, 0, 199)
        .readable(Table.COIL, 0, 2099)
        .readable(Table.DISCRETE, 0, 2099);
  }

  private String ask(Buffer pdu) {
    return HexFormat.of().withUpperCase().formatHex(protocol.answer(pdu).getBytes());
  }

  private static Buffer bytes(String hex) {
    return Buffer.buffer(TestingWire.hex(hex));
  }

  private static Buffer words(int function, int count, int byteCount) {
    return TestingWire.pdu(function, 0, count)
        .appendByte((byte) byteCount)
        .appendBytes(new byte[byteCount]);
  }

  private static Buffer exchanging(int read, int written) {
    return TestingWire.pdu(23, 0, read, 0, written)
        .appendByte((byte) (written * 2))
        .appendBytes(new byte[written * 2]);
  }

  // Example values of the Modbus Application Protocol, chapter 6, on our own addresses.
  @ParameterizedTest
  @CsvSource({
    "01 0000 000A, 01024902",
    "02 0000 0009, 02020000",
    "03 006B 0003, 0306006B006C006D",
    "04 0008 0001, 04020000",
    "05 00AC FF00, 0500ACFF00",
    "06 0001 0003, 0600010003",
    "0F 0013 000A 02 CD01, 0F0013000A",
    "10 0001 0002 04 000A 0102, 1000010002",
    "16 0004 00F2 0025, 16000400F20025",
    "17 0003 0006 000E 0003 06 00FF 00FF 00FF, 170C000300040005000600070008",
  })
  void answersEachFunctionAsTheSpecificationLaysItOut(String request, String answer) {
    assertEquals(answer, ask(bytes(request)));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 2000",
    "2, 1, 2000",
    "3, 1, 125",
    "4, 1, 125",
  })
  void readsNoMoreThanAFrameCanCarry(int function, int least, int most) {
    for (int count : new int[] {least, most}) {
      assertEquals(function, protocol.answer(TestingWire.pdu(function, 0, count)).getByte(0));
    }
    for (int count : new int[] {least - 1, most + 1, 0xFFFF}) {
      assertArrayEquals(
          new byte[] {(byte) (0x80 | function), 3},
          protocol.answer(TestingWire.pdu(function, 0, count)).getBytes(),
          "count " + count);
    }
  }

  @Test
  void writesNoMoreThanAFrameCanCarry() {
    assertEquals("0F000007B0", ask(words(15, 1968, 246)));
    assertEquals("8F03", ask(words(15, 1969, 247)));
    assertEquals("8F03", ask(words(15, 0, 0)));
    assertEquals("100000007B", ask(words(16, 123, 246)));
    assertEquals("9003", ask(words(16, 124, 248)));
    assertEquals("9003", ask(words(16, 0, 0)));
  }

  @Test
  void exchangesNoMoreThanAFrameCanCarry() {
    assertEquals(2 + 250, protocol.answer(exchanging(125, 121)).length());
    assertEquals("9703", ask(exchanging(126, 1)));
    assertEquals("9703", ask(exchanging(1, 122)));
    assertEquals("9703", ask(exchanging(0, 1)));
    assertEquals("9703", ask(exchanging(1, 0)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10 0000 0002 03 0001 00", // byte count of no whole words
        "10 0000 0002 04 0001", // fewer bytes than said
        "10 0000 0001 04 0001 0002", // more bytes than registers
        "0F 0000 0009 01 FF",
        "17 0000 0001 0000 0001 04 0001",
        "05 0000 0001", // a coil is FF00 or 0000
        "03 0000",
        "03 0000 0001 00",
        "06 0000",
        "16 0000 0000",
        "17 0000",
        "10",
        "01",
      })
  void refusesAMalformedRequestWithException3AndDoesNothing(String request) {
    Buffer pdu = bytes(request);
    assertArrayEquals(
        new byte[] {(byte) (0x80 | pdu.getByte(0)), 3}, protocol.answer(pdu).getBytes());
    assertTrue(written.isEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "03 00C8 0001",
        "03 00C7 0002",
        "03 FFFF 007D",
        "04 FFFF 0001",
        "06 00C8 0001",
        "16 00C8 0000 0000",
        "10 00C7 0002 04 0000 0000",
        "17 0000 0001 00C8 0001 02 0000",
        "17 00C8 0001 0000 0001 02 0001",
        "01 0834 0001",
        "05 0834 0000",
      })
  void refusesAnAbsentAddressWithException2AndDoesNothing(String request) {
    Buffer pdu = bytes(request);
    assertArrayEquals(
        new byte[] {(byte) (0x80 | pdu.getByte(0)), 2}, protocol.answer(pdu).getBytes());
    assertTrue(written.isEmpty());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 7, 8, 17, 20, 24, 43, 100, 127})
  void refusesAnUnknownFunctionWithException1(int function) {
    assertArrayEquals(
        new byte[] {(byte) (0x80 | function), 1},
        protocol.answer(TestingWire.pdu(function, 0, 1)).getBytes());
  }

  @Test
  void maskKeepsTheBitsOfTheAndMaskAndSetsThoseOfTheOrMask() {
    device.pin(Table.HOLDING, 4, 0x12);
    ask(bytes("16 0004 00F2 0025"));
    assertEquals("03020017", ask(bytes("03 0004 0001")));
  }

  @Test
  void exchangeWritesBeforeItReads() {
    assertEquals("1704BEEF0008", ask(bytes("17 0007 0002 0007 0001 02 BEEF")));
  }

  @Test
  void coilsTravelLowBitFirst() {
    ask(bytes("0F 0013 000A 02 CD01"));
    assertEquals("0102CD01", ask(bytes("01 0013 000A")));
    ask(bytes("05 0014 FF00"));
    assertEquals("0102CF01", ask(bytes("01 0013 000A")));
  }

  // A half written row would be a number nobody meant.
  @Test
  void aRowOfTwoWordsIsWrittenWholeOrNotAtAll() {
    SimulatedDevice pair =
        new SimulatedDevice("pair", 3, 6, 16)
            .readable(Table.HOLDING, 0, 9)
            .with(
                Table.HOLDING,
                Row.setting(2, new int[] {1, 0}, new Row.Bounds(1, 100_000, false, true)));
    Protocol asked = new Protocol(pair, (address, words) -> {});
    assertEquals(2, asked.answer(TestingWire.writing(2, 7)).getByte(1));
    assertEquals(2, asked.answer(TestingWire.writing(3, 7)).getByte(1));
    assertEquals(2, asked.answer(TestingWire.pdu(6, 2, 7)).getByte(1));
    assertEquals(3, asked.answer(TestingWire.writing(2, 0x86A1, 1)).getByte(1));
    assertEquals(16, asked.answer(TestingWire.writing(2, 0x86A0, 1)).getByte(0));
    assertArrayEquals(
        TestingWire.hex("03 04 86A0 0001"), asked.answer(TestingWire.pdu(3, 2, 2)).getBytes());
  }

  // One value out of range spoils the whole request, as the standard asks for.
  @Test
  void aWriteIsAllOrNothing() throws Refusal {
    device.with(Table.HOLDING, Row.setting(11, new int[] {5}, new Row.Bounds(0, 9, false, false)));
    assertEquals("9003", ask(TestingWire.writing(10, 77, 10)));
    assertArrayEquals(new int[] {10, 5}, device.read(Table.HOLDING, 10, 2));
  }

  @Test
  void aPinnedWordHoldsUntilItIsReleasedOrWrittenOver() throws Refusal {
    device.pin(Table.HOLDING, 20, 0x1_0007, -1, 9);
    assertArrayEquals(new int[] {19, 7, 0xFFFF, 9, 23}, device.read(Table.HOLDING, 19, 5));
    device.unpin(Table.HOLDING, 20, 1);
    ask(TestingWire.writing(21, 5));
    assertArrayEquals(new int[] {19, 20, 5, 9, 23}, device.read(Table.HOLDING, 19, 5));
  }
}
