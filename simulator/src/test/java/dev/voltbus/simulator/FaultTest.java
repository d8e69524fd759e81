package dev.voltbus.simulator;

import static dev.voltbus.simulator.TestingServer.CROSSING;
import static dev.voltbus.simulator.TestingServer.OTHER;
import static dev.voltbus.simulator.TestingServer.READS;
import static dev.voltbus.simulator.TestingServer.SETTING;
import static dev.voltbus.simulator.TestingServer.UNIT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.simulator.ModbusServer.Transport;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Each fault as a client with its own framing sees it. A fault that others are tested for by its
/// silence is followed by a request to the other unit, whose answer shows that the first has none.
class FaultTest {
  private static final byte[] BUSY = TestingWire.hex("83 06");
  private static final byte[] NO_ADDRESS = TestingWire.hex("83 02");

  private final TestingServer tcp = TestingServer.start(Transport.TCP);
  private final ModbusServer server = tcp.server();

  @AfterEach
  void stop() {
    tcp.close();
  }

  private void arm(String... faults) {
    Fault[] parsed = new Fault[faults.length];
    for (int i = 0; i < faults.length; i++) {
      parsed[i] = Fault.parse(faults[i]);
    }
    server.fault(UNIT, parsed);
  }

  private static byte[] reading(int transaction, int unit, int address, int count) {
    return TestingWire.frame(transaction, unit, TestingWire.pdu(3, address, count));
  }

  /// Whether the next answer is the other unit's, although this request was there first.
  private static boolean isSilentTo(TestingWire wire, byte[] request) throws IOException {
    wire.send(request, reading(0x7777, OTHER, SETTING, 1));
    return Buffer.buffer(wire.receiveFrame()).getUnsignedShort(0) == 0x7777;
  }

  @Test
  void aLateAnswerComesAfterItsTimeAndTheRequestWasCarriedOutAtOnce() throws IOException {
    arm("late:200ms");
    try (TestingWire wire = TestingWire.to(server)) {
      long sent = System.nanoTime();
      assertTrue(isSilentTo(wire, TestingWire.frame(1, UNIT, TestingWire.writing(SETTING, 7))));
      assertEquals(List.of(7), server.writes().getFirst().words());
      assertEquals(1, Buffer.buffer(wire.receiveFrame()).getUnsignedShort(0));
      assertTrue(System.nanoTime() - sent >= Duration.ofMillis(200).toNanos());
    }
  }

  @Test
  void aDroppedAnswerIsMissingAndItsRequestWasCarriedOut() throws IOException {
    arm("drop:carried-out");
    try (TestingWire wire = TestingWire.to(server)) {
      assertTrue(isSilentTo(wire, TestingWire.frame(1, UNIT, TestingWire.writing(SETTING, 7))));
      arm("none");
      assertArrayEquals(new int[] {7}, wire.read(UNIT, SETTING, 1));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
  void everyExceptionCodeCanBeAnswered(int code) throws IOException {
    arm("exception:" + code);
    try (TestingWire wire = TestingWire.to(server)) {
      assertArrayEquals(
          new byte[] {(byte) 0x83, (byte) code}, wire.ask(UNIT, TestingWire.pdu(3, READS, 1)));
    }
  }

  @Test
  void aWrongUnitStandsInTheAnswerAlone() throws IOException {
    arm("wrong-unit:5");
    assertArrayEquals(
        TestingWire.hex("00 09 00 00 00 05 06 03 02 01 F4"),
        answerTo(reading(9, UNIT, SETTING, 1)));
  }

  @Test
  void aWrongTransactionStandsInTheAnswerAlone() throws IOException {
    arm("wrong-transaction:-1");
    assertArrayEquals(
        TestingWire.hex("00 08 00 00 00 05 01 03 02 01 F4"),
        answerTo(reading(9, UNIT, SETTING, 1)));
  }

  @Test
  void aWrongFunctionStandsInTheAnswerAlone() throws IOException {
    arm("wrong-function:4");
    assertArrayEquals(
        TestingWire.hex("00 09 00 00 00 05 01 04 02 01 F4"),
        answerTo(reading(9, UNIT, SETTING, 1)));
  }

  @Test
  void aWrongCountGivesWordsMoreOrLessInASoundFrame() throws IOException {
    arm("wrong-count:1");
    assertArrayEquals(
        TestingWire.hex("00 09 00 00 00 07 01 03 04 01 F4 00 00"),
        answerTo(reading(9, UNIT, SETTING, 1)));
    arm("wrong-count:-1");
    assertArrayEquals(
        TestingWire.hex("00 09 00 00 00 03 01 03 00"), answerTo(reading(9, UNIT, SETTING, 1)));
  }

  @Test
  void aWrongLengthStandsInTheHeaderOfATcpAnswer() throws IOException {
    arm("wrong-length:2");
    try (TestingWire wire = TestingWire.to(server)) {
      wire.send(reading(9, UNIT, SETTING, 1));
      assertArrayEquals(TestingWire.hex("00 09 00 00 00 07 01 03 02 01 F4"), wire.receive(11));
    }
  }

  @Test
  void aWrongLengthStandsInTheByteCountOfAnRtuAnswer() throws IOException {
    Buffer spoilt = rtuAnswer("wrong-length:2", 7);
    assertArrayEquals(TestingWire.hex("01 03 04 01 F4"), spoilt.getBytes(0, 5));
    assertEquals(RtuFraming.crc(spoilt, 5), spoilt.getUnsignedShortLE(5));
  }

  @Test
  void aWrongCrcSpoilsAnRtuAnswerAndNothingElseOfIt() throws IOException {
    Buffer spoilt = rtuAnswer("wrong-crc", 7);
    assertArrayEquals(TestingWire.hex("01 03 02 01 F4"), spoilt.getBytes(0, 5));
    assertFalse(RtuFraming.crc(spoilt, 5) == spoilt.getUnsignedShortLE(5));
  }

  private static Buffer rtuAnswer(String fault, int length) throws IOException {
    try (TestingServer rtu = TestingServer.start(Transport.RTU_OVER_TCP);
        TestingWire wire = TestingWire.to(rtu.server())) {
      rtu.server().fault(UNIT, Fault.parse(fault));
      wire.send(rtu("01 03 00 0A 00 01"));
      return Buffer.buffer(wire.receive(length));
    }
  }

  private static byte[] rtu(String hex) {
    Buffer frame = Buffer.buffer(TestingWire.hex(hex));
    return frame.appendUnsignedShortLE(RtuFraming.crc(frame, frame.length())).getBytes();
  }

  // As a gateway does that mixes up its clients.
  @Test
  void aForeignAnswerIsThatOfTheRequestBefore() throws IOException {
    try (TestingWire wire = TestingWire.to(server)) {
      wire.send(reading(1, OTHER, CROSSING, 2));
      byte[] before = wire.receiveFrame();
      arm("foreign");
      wire.send(reading(2, UNIT, SETTING, 1));
      assertArrayEquals(before, wire.receiveFrame());
      arm("foreign:first");
      wire.send(reading(3, UNIT, SETTING, 1));
      assertEquals(2, Buffer.buffer(wire.receiveFrame()).getUnsignedShort(0));
      assertEquals(3, Buffer.buffer(wire.receiveFrame()).getUnsignedShort(0));
    }
  }

  @Test
  void theFirstForeignAnswerIsThatOfTheNextUnit() throws IOException {
    arm("foreign");
    assertArrayEquals(
        TestingWire.hex("01 09 00 00 00 05 02 03 02 0B AD"),
        answerTo(reading(9, UNIT, SETTING, 1)));
  }

  @Test
  void aDribbledAnswerComesByteByByteAndIsNotMixedWithOthers() throws IOException {
    arm("dribble:1ms");
    try (TestingWire wire = TestingWire.to(server)) {
      wire.send(reading(1, UNIT, SETTING, 1), reading(2, OTHER, SETTING, 1));
      assertEquals(1, Buffer.buffer(wire.receiveFrame()).getUnsignedShort(0));
      assertEquals(2, Buffer.buffer(wire.receiveFrame()).getUnsignedShort(0));
    }
    List<Integer> lengths =
        server.log().stream()
            .filter(event -> event.kind() == WireEvent.Kind.ANSWER)
            .map(event -> event.bytes().length())
            .toList();
    assertEquals(List.of(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 11), lengths);
  }

  @Test
  void aResetConnectionEndsWithAnError() throws IOException {
    arm("rst");
    try (TestingWire wire = TestingWire.to(server)) {
      wire.send(TestingWire.frame(1, UNIT, TestingWire.writing(SETTING, 7)));
      assertThrows(SocketException.class, wire::isAtEnd);
    }
    assertTrue(server.writes().isEmpty());
  }

  @Test
  void aHalfOpenConnectionStaysAndIsNeverAnsweredAgain() throws IOException {
    arm("next:1:half-open");
    try (TestingWire dead = TestingWire.to(server);
        TestingWire alive = TestingWire.to(server)) {
      dead.send(reading(1, UNIT, SETTING, 1), reading(2, OTHER, SETTING, 1));
      assertArrayEquals(new int[] {500}, alive.read(UNIT, SETTING, 1));
      arm("none");
      dead.send(reading(3, UNIT, SETTING, 1));
      assertArrayEquals(new int[] {500}, alive.read(UNIT, SETTING, 1));
      assertEquals(2, server.openConnections());
      assertEquals(2, answers());
    }
  }

  private long answers() {
    return server.log().stream().filter(event -> event.kind() == WireEvent.Kind.ANSWER).count();
  }

  @Test
  void aBusyShareOfTheRequestsIsRefusedEvenly() throws IOException {
    arm("busy:30%");
    StringBuilder said = new StringBuilder();
    try (TestingWire wire = TestingWire.to(server)) {
      for (int i = 0; i < 20; i++) {
        byte[] answer = wire.ask(UNIT, TestingWire.pdu(3, SETTING, 1));
        said.append(answer[0] == 3 ? '.' : 'B');
      }
    }
    assertEquals("...B..B..B...B..B..B", said.toString());
  }

  @Test
  void aDeviceThatIsAskedTooFastIsBusy() throws IOException {
    arm("busy:1h");
    try (TestingWire wire = TestingWire.to(server)) {
      assertArrayEquals(new int[] {500}, wire.read(UNIT, SETTING, 1));
      assertArrayEquals(BUSY, wire.ask(UNIT, TestingWire.pdu(3, SETTING, 1)));
      arm("busy:0ms");
      assertArrayEquals(new int[] {500}, wire.read(UNIT, SETTING, 1));
    }
  }

  @Test
  void aRequestWithinTheMinimumGapIsNotAnswered() throws IOException {
    arm("min-gap:1h");
    try (TestingWire wire = TestingWire.to(server)) {
      assertArrayEquals(new int[] {500}, wire.read(UNIT, SETTING, 1));
      assertTrue(isSilentTo(wire, TestingWire.frame(1, UNIT, TestingWire.writing(SETTING, 7))));
    }
    assertTrue(server.writes().isEmpty());
  }

  @Test
  void aRequestWithinTheMinimumGapMayBeAnsweredByZeros() throws IOException {
    arm("min-gap:1h:zeros");
    try (TestingWire wire = TestingWire.to(server)) {
      assertArrayEquals(new int[] {500}, wire.read(UNIT, SETTING, 1));
      assertArrayEquals(new int[] {0}, wire.read(UNIT, SETTING, 1));
      assertTrue(isSilentTo(wire, TestingWire.frame(1, UNIT, TestingWire.writing(SETTING, 7))));
    }
    assertTrue(server.writes().isEmpty());
  }

  @Test
  void aSleepingDeviceLosesTheRequestThatWakesIt() throws IOException {
    arm("sleep:1h");
    try (TestingWire wire = TestingWire.to(server)) {
      assertTrue(isSilentTo(wire, TestingWire.frame(1, UNIT, TestingWire.writing(SETTING, 7))));
      assertArrayEquals(new int[] {500}, wire.read(UNIT, SETTING, 1));
      arm("sleep:0ms");
      assertTrue(isSilentTo(wire, reading(1, UNIT, SETTING, 1)));
      assertTrue(isSilentTo(wire, reading(1, UNIT, SETTING, 1)));
    }
    assertTrue(server.writes().isEmpty());
  }

  @Test
  void aReadThatTouchesAGapIsRefused() throws IOException {
    try (TestingWire wire = TestingWire.to(server)) {
      wire.read(UNIT, READS, 4);
      arm("gap-reads");
      assertArrayEquals(NO_ADDRESS, wire.ask(UNIT, TestingWire.pdu(3, READS, 4)));
      wire.read(UNIT, READS, 1);
      wire.read(UNIT, CROSSING, 2);
    }
  }

  @Test
  void aReadThatBeginsOrEndsInsideAValueIsRefused() throws IOException {
    try (TestingWire wire = TestingWire.to(server)) {
      wire.read(UNIT, CROSSING + 1, 4);
      arm("split-values");
      assertArrayEquals(NO_ADDRESS, wire.ask(UNIT, TestingWire.pdu(3, CROSSING + 1, 4)));
      assertArrayEquals(NO_ADDRESS, wire.ask(UNIT, TestingWire.pdu(3, READS, 3)));
      wire.read(UNIT, READS, 8);
    }
  }

  @Test
  void aTornValueHasItsWordsOfDifferentMoments() throws IOException {
    try (TestingWire wire = TestingWire.to(server)) {
      assertArrayEquals(new int[] {0, 0xFFFF}, wire.read(UNIT, CROSSING, 2));
      assertArrayEquals(new int[] {1, 0}, wire.read(UNIT, CROSSING, 2));
      arm("torn");
      assertArrayEquals(new int[] {0, 0xFFFF}, wire.read(UNIT, CROSSING, 2));
      assertArrayEquals(new int[] {0, 0}, wire.read(UNIT, CROSSING, 2));
      assertArrayEquals(new int[] {1, 0xFFFF}, wire.read(UNIT, CROSSING, 2));
    }
  }

  @Test
  void frozenValuesStayUntilTheFaultEnds() throws IOException {
    arm("frozen");
    try (TestingWire wire = TestingWire.to(server)) {
      for (int i = 0; i < 3; i++) {
        assertArrayEquals(new int[] {0}, wire.read(UNIT, READS, 1));
      }
      arm("none");
      assertArrayEquals(new int[] {1}, wire.read(UNIT, READS, 1));
    }
  }

  @Test
  void aShiftedDeviceShowsTheNextAddress() throws IOException {
    arm("address-shift:1");
    try (TestingWire wire = TestingWire.to(server)) {
      assertArrayEquals(new int[] {500}, wire.read(UNIT, SETTING - 1, 1));
      assertArrayEquals(NO_ADDRESS, wire.ask(UNIT, TestingWire.pdu(3, SETTING, 1)));
    }
  }

  @Test
  void theOnlyConnectionKeepsOthersOut() throws IOException {
    arm("single-connection");
    try (TestingWire first = TestingWire.to(server)) {
      first.read(UNIT, SETTING, 1);
      try (TestingWire second = TestingWire.to(server)) {
        assertTrue(second.isAtEnd());
      }
      first.read(UNIT, SETTING, 1);
    }
  }

  @Test
  void theNewestOfASingleConnectionTakesThePlace() throws IOException {
    arm("single-connection:newest");
    try (TestingWire first = TestingWire.to(server)) {
      first.read(UNIT, SETTING, 1);
      try (TestingWire second = TestingWire.to(server)) {
        assertTrue(first.isAtEnd());
        second.read(UNIT, SETTING, 1);
      }
    }
  }

  @Test
  void aRebootingServerResetsRefusesAndBeginsAgain() throws Exception {
    try (TestingWire wire = TestingWire.to(server)) {
      wire.ask(UNIT, TestingWire.writing(SETTING, 7));
      wire.read(UNIT, READS, 1);
      assertArrayEquals(new int[] {1}, wire.read(UNIT, READS, 1));
      arm("reboot:300ms");
      long asked = System.nanoTime();
      wire.send(reading(1, UNIT, READS, 1));
      assertThrows(SocketException.class, wire::isAtEnd);
      try (TestingWire again = whenItAnswers()) {
        assertTrue(System.nanoTime() - asked >= Duration.ofMillis(300).toNanos());
        assertArrayEquals(new int[] {0}, again.read(UNIT, READS, 1));
        assertArrayEquals(new int[] {500}, again.read(UNIT, SETTING, 1));
      }
    }
    assertEquals(List.of(), server.faults(UNIT));
  }

  /// Connects until a request is answered: one that waited to be accepted when the server went down
  /// is connected, and reset.
  private TestingWire whenItAnswers() throws IOException {
    long limit = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (true) {
      try {
        return answering();
      } catch (IOException refused) {
        assertTrue(System.nanoTime() < limit, "still refused");
      }
    }
  }

  private TestingWire answering() throws IOException {
    TestingWire wire = TestingWire.to(server);
    try {
      if (wire.isItself()) {
        throw new IOException("reached itself");
      }
      wire.ask(UNIT, TestingWire.pdu(3, SETTING, 1));
      return wire;
    } catch (IOException down) {
      wire.close();
      throw down;
    }
  }

  // Contract tinybms section 6: AA 00 cmd err crc.
  @Test
  void aNativeErrorHasFunctionZeroAndNamesTheRefusedFunction() throws IOException {
    try (TestingServer rtu = TestingServer.start(Transport.RTU_OVER_TCP);
        TestingWire wire = TestingWire.to(rtu.server())) {
      rtu.server().fault(UNIT, Fault.parse("native-errors"));
      wire.send(rtu("01 03 00 0A 00 01"), rtu("01 03 03 E8 00 01"), rtu("01 04 00 00 00 01"));
      assertArrayEquals(rtu("01 03 02 01 F4"), wire.receive(7));
      assertArrayEquals(rtu("01 00 03 00"), wire.receive(6));
      assertArrayEquals(rtu("01 00 04 00"), wire.receive(6));
    }
  }

  @Test
  void aFaultCanBeLimitedToTheNextRequests() throws IOException {
    arm("next:2:exception:4");
    assertEquals("EE..", outcome(reads(4)));
    assertEquals(2, server.struck(UNIT));
  }

  @Test
  void aFaultCanStrikeEverySoManiethRequest() throws IOException {
    arm("every:3:exception:4");
    assertEquals("..E..E.", outcome(reads(7)));
  }

  @Test
  void aFaultCanBelongToAnAddress() throws IOException {
    arm("at:3:exception:4");
    assertEquals(
        ".EE.",
        outcome(
            List.of(
                TestingWire.pdu(3, 2, 1),
                TestingWire.pdu(3, 2, 2),
                TestingWire.pdu(3, 0, 8),
                TestingWire.pdu(3, 4, 4))));
  }

  @Test
  void aFaultCanBelongToReadsOrToWrites() throws IOException {
    List<Buffer> both = List.of(TestingWire.pdu(3, SETTING, 1), TestingWire.pdu(6, SETTING, 9));
    arm("reads:exception:4");
    assertEquals("E.", outcome(both));
    arm("writes:exception:4");
    assertEquals(".E", outcome(both));
  }

  @Test
  void severalFaultsHoldAtOnce() throws IOException {
    arm("gap-reads", "next:1:exception:4", "wrong-unit");
    try (TestingWire wire = TestingWire.to(server)) {
      assertArrayEquals(NO_ADDRESS, wire.ask(UNIT, TestingWire.pdu(3, 1, 1)));
      wire.send(reading(1, UNIT, SETTING, 1));
      assertEquals(2, Buffer.buffer(wire.receiveFrame()).getUnsignedByte(6));
    }
  }

  @Test
  void aQuirkStaysWhenTheFaultsEnd() throws IOException {
    server.quirks(UNIT, List.of(new Fault.GapReads()));
    arm("none");
    try (TestingWire wire = TestingWire.to(server)) {
      assertArrayEquals(NO_ADDRESS, wire.ask(UNIT, TestingWire.pdu(3, 1, 1)));
    }
    assertEquals(0, server.struck(UNIT));
  }

  @Test
  void aFaultOfEveryUnitStrikesThemAllAndThoseThatAreNotThere() throws IOException {
    server.faultEveryUnit(new Fault.Exceptional(4));
    try (TestingWire wire = TestingWire.to(server)) {
      for (int unit : new int[] {UNIT, OTHER, 99}) {
        assertArrayEquals(TestingWire.hex("83 04"), wire.ask(unit, TestingWire.pdu(3, 0, 1)));
      }
    }
  }

  @Test
  void theOtherUnitSuffersNothing() throws IOException {
    for (String fault : List.of("drop", "exception:4", "frozen", "torn", "delay:1h", "late:1h")) {
      arm(fault);
      try (TestingWire wire = TestingWire.to(server)) {
        wire.send(reading(1, UNIT, SETTING, 1), reading(2, OTHER, SETTING, 1));
        byte[] answer = wire.receiveFrame();
        answer = answer[1] == 1 ? wire.receiveFrame() : answer;
        assertArrayEquals(TestingWire.hex("00 02 00 00 00 05 02 03 02 01 F4"), answer, fault);
      }
    }
  }

  // Golden byte traces are made of these lines.
  @Test
  void theLogTellsEachFrameInItsOrder() throws IOException {
    try (TestingWire wire = TestingWire.to(server)) {
      byte[] request = reading(9, UNIT, SETTING, 1);
      wire.send(Buffer.buffer(request).getBytes(0, 5), Buffer.buffer(request).getBytes(5, 12));
      wire.receiveFrame();
      wire.read(UNIT, SETTING, 1);
    }
    List<String> lines = server.log().stream().map(WireEvent::line).toList();
    assertEquals(
        List.of(
            "connected",
            "> 00 09 00 00 00 06 01 03 00 0A 00 01",
            "< 00 09 00 00 00 05 01 03 02 01 F4",
            "> 00 01 00 00 00 06 01 03 00 0A 00 01",
            "< 00 01 00 00 00 05 01 03 02 01 F4"),
        lines.subList(0, 5));
  }

  private static List<Buffer> reads(int count) {
    List<Buffer> pdus = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      pdus.add(TestingWire.pdu(3, SETTING, 1));
    }
    return pdus;
  }

  /// A dot for each answer, an E for each refusal.
  private String outcome(List<Buffer> pdus) throws IOException {
    StringBuilder out = new StringBuilder();
    try (TestingWire wire = TestingWire.to(server)) {
      for (Buffer pdu : pdus) {
        out.append(wire.ask(UNIT, pdu)[0] < 0 ? 'E' : '.');
      }
    }
    return out.toString();
  }

  private byte[] answerTo(byte[] request) throws IOException {
    try (TestingWire wire = TestingWire.to(server)) {
      wire.send(request);
      return wire.receiveFrame();
    }
  }
}
