package dev.voltbus.simulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Both devices against the register lists, row by row, without a network.
class DeviceMapTest {
  private static final int ACCEPTED = 0;

  private final BatteryModel pack = new BatteryModel(PackType.TINYBMS, 1, 0.5);
  private final BatteryModel tower = new BatteryModel(PackType.BYD, 2, 0.5);
  private final TinyBms tinyBms = new TinyBms(pack);
  private final BydBattery byd = new BydBattery(tower);

  DeviceMapTest() {
    pack.step(Duration.ofMillis(200));
    tower.step(Duration.ofMillis(200));
    tinyBms.step();
  }

  private static Stream<RegisterFacts> rows() {
    return RegisterFacts.all().stream();
  }

  private static Stream<RegisterFacts> writableRows() {
    return rows().filter(RegisterFacts::isWritable);
  }

  private static Stream<RegisterFacts> staticBydRows() {
    return RegisterFacts.byd().stream().filter(row -> row.address() < 200 || isConstant(row));
  }

  private static boolean isConstant(RegisterFacts row) {
    return Set.of(203, 204, 207).contains(row.address());
  }

  private SimulatedDevice device(RegisterFacts row) {
    return device(row.unit());
  }

  private SimulatedDevice device(int unit) {
    return unit == TinyBms.UNIT ? tinyBms.device() : byd.device();
  }

  private static Buffer ask(SimulatedDevice device, Buffer pdu) {
    return new Protocol(device, (address, words) -> {}).answer(pdu);
  }

  /// Exception code of the answer to a write, 0 where it is accepted.
  private static int write(SimulatedDevice device, int address, int... words) {
    Buffer answer = ask(device, TestingWire.writing(address, words));
    return answer.getUnsignedByte(0) == 16 ? ACCEPTED : answer.getUnsignedByte(1);
  }

  private static int[] read(SimulatedDevice device, int address, int count) {
    Buffer answer = ask(device, TestingWire.pdu(3, address, count));
    assertEquals(3, answer.getUnsignedByte(0), "read of " + address);
    int[] words = new int[count];
    for (int i = 0; i < count; i++) {
      words[i] = answer.getUnsignedShort(2 + 2 * i);
    }
    return words;
  }

  private static int[] wordsOf(RegisterFacts row, long raw) {
    return row.words() == 2
        ? new int[] {(int) (raw & 0xFFFF), (int) (raw >>> 16)}
        : new int[] {(int) (raw & 0xFFFF)};
  }

  private static List<Long> codes(RegisterFacts row) {
    return Arrays.stream(row.text("enum").split(";", -1))
        .filter(code -> code.contains("="))
        .map(code -> Long.decode(code.substring(0, code.indexOf('='))))
        .toList();
  }

  // No row is forgotten and none is invented: rows exist exactly where the list has them.
  @ParameterizedTest
  @MethodSource("rows")
  void everyRowIsReadableAtItsAddressWithItsWords(RegisterFacts row) {
    assertEquals(row.words(), read(device(row), row.address(), row.words()).length);
  }

  @ParameterizedTest
  @MethodSource("rows")
  void exactlyTheReadWriteRowsAcceptWhatTheyHold(RegisterFacts row) {
    int[] held = read(device(row), row.address(), row.words());
    assertEquals(row.isWritable() ? ACCEPTED : 2, write(device(row), row.address(), held));
  }

  @ParameterizedTest
  @MethodSource("writableRows")
  void aWritableRowKeepsItsLeastAndItsGreatestNumber(RegisterFacts row) {
    for (String column : List.of("min", "max")) {
      if (!row.text(column).isEmpty()) {
        int[] words = wordsOf(row, Long.parseLong(row.text(column)));
        assertEquals(ACCEPTED, write(device(row), row.address(), words), column);
        assertArrayEquals(words, read(device(row), row.address(), row.words()), column);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("writableRows")
  void aWritableRowRefusesWhatLiesOutsideItsRange(RegisterFacts row) {
    int[] held = read(device(row), row.address(), row.words());
    if (!row.text("min").isEmpty()) {
      int[] below = wordsOf(row, Long.parseLong(row.text("min")) - 1);
      assertEquals(3, write(device(row), row.address(), below));
      int[] above = wordsOf(row, Long.parseLong(row.text("max")) + 1);
      assertEquals(3, write(device(row), row.address(), above));
      assertArrayEquals(held, read(device(row), row.address(), row.words()));
    }
  }

  // 329, 330 and 343 take more than their list of codes says; the list has the reason beside them.
  @ParameterizedTest
  @MethodSource("writableRows")
  void aRowOfCodesAcceptsEachCodeAndNothingBeyond(RegisterFacts row) {
    List<Long> codes = codes(row);
    for (long code : codes) {
      assertEquals(ACCEPTED, write(device(row), row.address(), wordsOf(row, code)), "" + code);
    }
    if (!codes.isEmpty() && !Set.of(329, 330, 343).contains(row.address())) {
      for (int code = 0; code < 64; code++) {
        boolean known = codes.contains((long) code);
        assertEquals(known ? ACCEPTED : 3, write(device(row), row.address(), code), "" + code);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("writableRows")
  void aWritableRowStartsAtTheNumberOfTheList(RegisterFacts row) {
    String initial = row.text("default") + row.text("initial_raw");
    if (!initial.isEmpty()) {
      assertEquals(Integer.parseInt(initial), read(device(row), row.address(), 1)[0]);
    }
  }

  @Test
  void bitFieldAndBytesOfTheRealDeviceAreAccepted() {
    SimulatedDevice device = tinyBms.device();
    assertEquals(ACCEPTED, write(device, 329, 0b111));
    assertEquals(3, write(device, 329, 0b1000));
    assertEquals(ACCEPTED, write(device, 330, 30 << 8 | 1));
    assertEquals(3, write(device, 330, 31 << 8));
    assertEquals(3, write(device, 330, 2));
    assertEquals(ACCEPTED, write(device, 343, 2));
    assertEquals(3, write(device, 343, 3));
  }

  // The blocks the device answers as a whole; one word beyond either end is refused.
  @ParameterizedTest
  @ValueSource(strings = {"0-59", "100-119", "200-297", "300-343", "500-509"})
  void tinyBmsAnswersItsBlocksAndNothingAcrossTheirEnds(String block) {
    int from = Integer.parseInt(block.substring(0, block.indexOf('-')));
    int to = Integer.parseInt(block.substring(block.indexOf('-') + 1));
    SimulatedDevice device = tinyBms.device();
    assertEquals(to - from + 1, read(device, from, to - from + 1).length);
    assertArrayEquals(
        new byte[] {(byte) 0x83, 2}, ask(device, TestingWire.pdu(3, to, 2)).getBytes());
    if (from > 0) {
      assertArrayEquals(
          new byte[] {(byte) 0x83, 2}, ask(device, TestingWire.pdu(3, from - 1, 2)).getBytes());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 31, 49, 56, 59, 110, 115, 118, 302, 309, 324, 327})
  void tinyBmsReadsHolesAsZeroAndRefusesToWriteThem(int address) {
    assertArrayEquals(new int[] {0}, read(tinyBms.device(), address, 1));
    assertEquals(2, write(tinyBms.device(), address, 0));
  }

  @Test
  void writingAcrossAHoleWritesNothing() {
    SimulatedDevice device = tinyBms.device();
    assertEquals(2, write(device, 301, 3000, 0, 3300));
    assertArrayEquals(new int[] {3250, 0, 3400}, read(device, 301, 3));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 5, 6, 15, 22, 23, 43})
  void tinyBmsKnowsFunctions3And16Only(int function) {
    assertArrayEquals(
        new byte[] {(byte) (0x80 | function), 1},
        ask(tinyBms.device(), TestingWire.pdu(function, 300, 1)).getBytes());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 5, 15, 22, 43})
  void bydKnowsFunctions3And6And16And23Only(int function) {
    assertArrayEquals(
        new byte[] {(byte) (0x80 | function), 1},
        ask(byd.device(), TestingWire.pdu(function, 400, 1)).getBytes());
  }

  @ParameterizedTest
  @MethodSource("staticBydRows")
  void bydShowsItsConstantsWordByWord(RegisterFacts row) {
    List<Integer> expected = new ArrayList<>();
    String text = row.text("initial_raw").replaceFirst(" then.*", "");
    for (String word : text.split(" ", -1)) {
      expected.add(Integer.valueOf(word));
    }
    while (expected.size() < row.words()) {
      expected.add(0);
    }
    assertEquals(
        expected, Arrays.stream(read(byd.device(), row.address(), row.words())).boxed().toList());
  }

  @Test
  void bydShowsItsTexts() {
    assertEquals("SI", text(100, 1));
    assertEquals("BYD", text(102, 16));
    assertEquals("BYD Battery-Box Premium HV", text(118, 16));
    assertEquals("5.0", text(134, 8));
    assertEquals("3.26", text(142, 8));
    assertEquals("P030T020Z19111800001", text(150, 16));
  }

  private String text(int address, int words) {
    return Arrays.stream(read(byd.device(), address, words))
        .mapToObj(word -> "" + (char) (word >>> 8) + (char) (word & 0xFF))
        .collect(Collectors.joining())
        .replace("\0", "");
  }

  // One map below 30000: what nobody set reads 0, what lies beyond does not exist.
  @Test
  void bydReadsZeroWhereNothingIsSetUpToItsEnd() {
    assertArrayEquals(new int[125], read(byd.device(), 29_875, 125));
    assertArrayEquals(new int[] {0, 0}, read(byd.device(), 213, 2));
    assertArrayEquals(
        new byte[] {(byte) 0x83, 2}, ask(byd.device(), TestingWire.pdu(3, 29_876, 125)).getBytes());
    assertArrayEquals(
        new byte[] {(byte) 0x83, 2}, ask(byd.device(), TestingWire.pdu(3, 30_000, 1)).getBytes());
  }

  @Test
  void bydHeartbeatIsWrittenByEachOfItsFunctions() {
    SimulatedDevice device = byd.device();
    assertArrayEquals(
        TestingWire.hex("06 0191 00FF"), ask(device, TestingWire.pdu(6, 401, 0x00FF)).getBytes());
    assertArrayEquals(new int[] {0x00FF}, read(device, 401, 1));
    assertEquals(ACCEPTED, write(device, 401, 0xFF00));
    assertArrayEquals(new int[] {0xFF00}, read(device, 401, 1));
  }

  @Test
  void bydExchangeReadsWhatItJustWrote() {
    Buffer exchange = Buffer.buffer(TestingWire.hex("17 0190 0003 0191 0002 04 00FF 1234"));
    assertArrayEquals(
        TestingWire.hex("17 06 0000 00FF 1234"), ask(byd.device(), exchange).getBytes());
  }

  // Otherwise a refused exchange would have changed the device.
  @Test
  void bydExchangeThatCannotReadWritesNothing() {
    Buffer exchange = Buffer.buffer(TestingWire.hex("17 7530 0001 0191 0001 02 00FF"));
    assertArrayEquals(TestingWire.hex("97 02"), ask(byd.device(), exchange).getBytes());
    assertArrayEquals(new int[] {0}, read(byd.device(), 401, 1));
  }

  @Test
  void tinyBmsShowsTheModelInItsOwnUnits() {
    int[] words = read(tinyBms.device(), 0, 56);
    int sum = 0;
    for (int i = 0; i < 16; i++) {
      assertEquals(pack.cellVolts(i) * 10_000, words[i], 0.51);
      sum += words[i];
    }
    assertEquals(sum / 10_000.0, floatAt(words, 36), 0.01);
    assertEquals(pack.currentA(), floatAt(words, 38), 0.006);
    assertEquals(pack.soc() * 100, (words[46] | (long) words[47] << 16) / 1e6, 1e-6);
    assertEquals(49_500, words[45]);
    assertEquals(pack.celsius() * 10, (short) words[48], 0.51);
    assertEquals(0x8000, words[43], "the second sensor is not connected");
    assertEquals(Math.round(pack.lowestCellVolts() * 1000), words[40]);
    assertEquals(Math.round(pack.highestCellVolts() * 1000), words[41]);
    assertEquals(16, words[53]);
  }

  private static float floatAt(int[] words, int at) {
    return Float.intBitsToFloat(words[at] | words[at + 1] << 16);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-40, 0, 40})
  void tinyBmsStatusFollowsTheCurrent(double ampere) {
    pack.fixCurrent(ampere);
    pack.step(Duration.ofMillis(200));
    int expected = ampere > 0 ? 0x91 : ampere < 0 ? 0x93 : 0x97;
    assertEquals(expected, read(tinyBms.device(), 50, 1)[0]);
  }

  // The register counts charging negative, the model counts it positive.
  @ParameterizedTest
  @ValueSource(doubles = {-20, 0, 20})
  void bydPowerCountsChargingNegative(double ampere) {
    tower.fixCurrent(ampere);
    tower.step(Duration.ofMillis(200));
    int[] words = read(byd.device(), 300, 24);
    assertEquals(3, words[0]);
    assertEquals(ampere > 0 ? 129 : ampere < 0 ? 130 : 128, words[2]);
    assertEquals(Math.round(tower.volts() * 10), words[10]);
    assertEquals(-tower.powerW(), (short) words[11], 0.51);
    assertEquals(tower.soc() * 10_000, words[3], 0.51);
    assertEquals(tower.capacityWh(), words[4], 0.51);
    assertEquals((long) tower.chargedWh(), (long) words[16] << 16 | words[17]);
    assertEquals((long) tower.dischargedWh(), (long) words[20] << 16 | words[21]);
  }

  @Test
  void bydNeverShowsLessThanOnePercent() {
    BydBattery empty = new BydBattery(new BatteryModel(PackType.BYD, 3, 0));
    assertArrayEquals(new int[] {100}, read(empty.device(), 303, 1));
  }

  // The statistics remember extremes although the present value has moved on.
  @Test
  void tinyBmsStatisticsKeepTheExtremes() {
    for (double ampere : new double[] {33, -44, 0}) {
      pack.fixCurrent(ampere);
      pack.step(Duration.ofMillis(200));
      tinyBms.step();
    }
    int[] words = read(tinyBms.device(), 102, 2);
    assertTrue(words[0] >= 440, "discharge " + words[0]);
    assertTrue(words[1] >= 330, "charge " + words[1]);
  }

  @Test
  void settingsAreSeenByTheSite() {
    assertEquals(90, tinyBms.chargeCutoffA());
    assertEquals(65, tinyBms.dischargeCutoffA());
    assertEquals(ACCEPTED, write(tinyBms.device(), 317, 20, 30));
    assertEquals(20, tinyBms.dischargeCutoffA());
    assertEquals(30, tinyBms.chargeCutoffA());
  }

  // A list of rows that silently got shorter would make every test above pass.
  @Test
  void theListsAreWhole() {
    assertEquals(90, RegisterFacts.tinyBms().size());
    assertEquals(35, RegisterFacts.byd().size());
    assertEquals(39, writableRows().count());
  }
}
