package dev.voltbus.simulator;

import static dev.voltbus.simulator.BatterySite.BYD_UNIT;
import static dev.voltbus.simulator.BatterySite.INVERTER_UNIT;
import static dev.voltbus.simulator.BatterySite.TINYBMS_UNIT;
import static dev.voltbus.simulator.TestingSite.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.simulator.ModbusServer.Transport;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModbusServerTest {
  private static final int NOBODY = 99;

  private final TestingSite<BatterySite> tcp = TestingSite.start(new BatterySite(0, 0));
  private final TestingSite<BatterySite> rtu =
      TestingSite.start(new BatterySite(0, 0, Transport.RTU_OVER_TCP));
  private final ModbusServer server = tcp.site().packServer();

  @AfterEach
  void stop() {
    tcp.close();
    rtu.close();
  }

  private static JsonArray documentedFrames() throws IOException {
    return new JsonObject(Files.readString(RegisterFacts.file("tinybms-test-vectors.json")))
        .getJsonArray("frames_hex_crc_checked");
  }

  private static byte[] bytes(JsonArray frames, int index, String part) {
    return TestingWire.hex(frames.getJsonObject(index).getString(part));
  }

  private static byte[] readOfOneWord(int transaction, int unit, int address) {
    return TestingWire.frame(transaction, unit, TestingWire.pdu(3, address, 1));
  }

  // What the maker of the BMS printed is what a client must be able to rely on.
  @Test
  void exchangesTheDocumentedFramesByteByByte() throws IOException {
    JsonArray frames = documentedFrames();
    await(rtu.site().pin(TINYBMS_UNIT, 5, 0x9740, 0x9740, 0x972C, 0x972C, 0x972C));
    try (TestingWire wire = TestingWire.to(rtu.site().packServer())) {
      for (int index : new int[] {0, 1}) {
        byte[] request = bytes(frames, index, "request");
        byte[] expected = bytes(frames, index, "response");
        for (int at = 1; at < request.length; at++) {
          Buffer whole = Buffer.buffer(request);
          wire.send(whole.getBytes(0, at), whole.getBytes(at, request.length));
          assertArrayEquals(expected, wire.receive(expected.length), "split at " + at);
        }
      }
    }
    assertEquals(List.of(4200, 2500), rtu.site().packServer().writes().getFirst().words());
  }

  @Test
  void answersPipelinedRequestsInTheirOrder() throws IOException {
    Buffer burst = Buffer.buffer();
    for (int i = 1; i <= 50; i++) {
      burst.appendBytes(readOfOneWord(i, i % 2 == 0 ? TINYBMS_UNIT : INVERTER_UNIT, 0));
    }
    try (TestingWire wire = TestingWire.to(server)) {
      wire.send(burst.getBytes());
      for (int i = 1; i <= 50; i++) {
        assertEquals(i, Buffer.buffer(wire.receiveFrame()).getUnsignedShort(0));
      }
    }
    assertEquals(25, server.requests(TINYBMS_UNIT));
    assertEquals(25, server.requests(INVERTER_UNIT));
  }

  // A gateway says that there is nobody; on a serial line there is only silence.
  @Test
  void tcpRefusesAnAbsentUnitWithException11() throws IOException {
    try (TestingWire wire = TestingWire.to(server)) {
      assertArrayEquals(TestingWire.hex("83 0B"), wire.ask(NOBODY, TestingWire.pdu(3, 0, 1)));
    }
    assertEquals(1, server.requests(NOBODY));
  }

  @Test
  void rtuIsSilentForAnAbsentUnit() throws IOException {
    JsonArray frames = documentedFrames();
    Buffer absent = Buffer.buffer(TestingWire.hex("63 03 00 00 00 01"));
    absent.appendUnsignedShortLE(RtuFraming.crc(absent, absent.length()));
    try (TestingWire wire = TestingWire.to(rtu.site().packServer())) {
      wire.send(absent.getBytes(), bytes(frames, 0, "request"));
      byte[] expected = bytes(frames, 0, "response");
      assertArrayEquals(expected, wire.receive(expected.length));
    }
    assertEquals(1, rtu.site().packServer().requests(NOBODY));
  }

  @Test
  void rtuFindsTheRequestBehindNoise() throws IOException {
    JsonArray frames = documentedFrames();
    try (TestingWire wire = TestingWire.to(rtu.site().packServer())) {
      wire.send(TestingWire.hex("FF 00 AA 03 FF"), bytes(frames, 0, "request"));
      byte[] expected = bytes(frames, 0, "response");
      assertArrayEquals(expected, wire.receive(expected.length));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 6, 11})
  void anExceptionalDeviceRefusesWhateverItIsAsked(int code) throws IOException {
    server.fault(INVERTER_UNIT, new Fault.Exceptional(code));
    try (TestingWire wire = TestingWire.to(server)) {
      assertArrayEquals(
          new byte[] {(byte) 0x83, (byte) code}, wire.ask(INVERTER_UNIT, TestingWire.pdu(3, 0, 1)));
      assertArrayEquals(
          new byte[] {(byte) 0x90, (byte) code},
          wire.ask(INVERTER_UNIT, TestingWire.writing(0, 500)));
      server.fault(INVERTER_UNIT, new Fault.None());
      assertArrayEquals(new int[] {1000}, wire.read(INVERTER_UNIT, 0, 1));
    }
    assertTrue(server.writes().isEmpty());
  }

  // The second request is answered, so the first one was not merely late.
  @Test
  void aDroppedRequestIsNeitherCarriedOutNorAnswered() throws IOException {
    server.fault(INVERTER_UNIT, new Fault.Drop());
    try (TestingWire wire = TestingWire.to(server)) {
      wire.send(
          TestingWire.frame(1, INVERTER_UNIT, TestingWire.writing(0, 500)),
          readOfOneWord(2, TINYBMS_UNIT, 300));
      assertEquals(2, Buffer.buffer(wire.receiveFrame()).getUnsignedShort(0));
      server.fault(INVERTER_UNIT, new Fault.None());
      assertArrayEquals(new int[] {1000}, wire.read(INVERTER_UNIT, 0, 1));
    }
    assertTrue(server.writes().isEmpty());
  }

  @Test
  void aDelayedAnswerComesLateAndIsOvertaken() throws IOException {
    server.fault(INVERTER_UNIT, new Fault.Delay(Duration.ofMillis(150)));
    try (TestingWire wire = TestingWire.to(server)) {
      long sent = System.nanoTime();
      wire.send(readOfOneWord(1, INVERTER_UNIT, 0), readOfOneWord(2, TINYBMS_UNIT, 300));
      assertEquals(2, Buffer.buffer(wire.receiveFrame()).getUnsignedShort(0));
      assertEquals(1, Buffer.buffer(wire.receiveFrame()).getUnsignedShort(0));
      assertTrue(System.nanoTime() - sent >= Duration.ofMillis(150).toNanos());
    }
  }

  @Test
  void aClosingDeviceCutsTheConnectionAndDoesNothing() throws IOException {
    server.fault(INVERTER_UNIT, new Fault.Close());
    try (TestingWire wire = TestingWire.to(server)) {
      Buffer two =
          Buffer.buffer(readOfOneWord(1, INVERTER_UNIT, 0))
              .appendBytes(TestingWire.frame(2, TINYBMS_UNIT, TestingWire.writing(315, 4000)));
      wire.send(two.getBytes());
      assertTrue(wire.isAtEnd());
    }
    assertTrue(server.writes().isEmpty());
  }

  @Test
  void aTruncatedAnswerIsCutAndTheRequestWasCarriedOut() throws IOException {
    server.fault(INVERTER_UNIT, new Fault.Truncate(9));
    try (TestingWire wire = TestingWire.to(server)) {
      wire.send(TestingWire.frame(0x0102, INVERTER_UNIT, TestingWire.writing(0, 500)));
      assertArrayEquals(TestingWire.hex("01 02 00 00 00 06 01 10 00"), wire.receive(9));
      wire.send(readOfOneWord(3, TINYBMS_UNIT, 300));
      assertEquals(3, Buffer.buffer(wire.receiveFrame()).getUnsignedShort(0));
    }
    assertEquals(List.of(500), server.writes().getFirst().words());
  }

  // A truncation longer than the answer must not add anything to it.
  @Test
  void truncationBeyondTheAnswerLeavesItWhole() throws IOException {
    server.fault(INVERTER_UNIT, new Fault.Truncate(1000));
    try (TestingWire wire = TestingWire.to(server)) {
      assertArrayEquals(new int[] {1000}, wire.read(INVERTER_UNIT, 0, 1));
    }
  }

  @Test
  void aFaultBelongsToItsUnitAlone() throws IOException {
    server.fault(INVERTER_UNIT, new Fault.Exceptional(4));
    try (TestingWire wire = TestingWire.to(server)) {
      assertArrayEquals(new int[] {3650}, wire.read(TINYBMS_UNIT, 300, 1));
    }
  }

  @Test
  void tellsItsConnectionsAndCutsThemAll() throws IOException {
    try (TestingWire one = TestingWire.to(server);
        TestingWire two = TestingWire.to(server)) {
      one.read(TINYBMS_UNIT, 0, 1);
      two.read(TINYBMS_UNIT, 0, 1);
      assertEquals(2, server.connections());
      assertEquals(2, server.openConnections());
      server.dropConnections();
      assertTrue(one.isAtEnd());
      assertTrue(two.isAtEnd());
    }
    try (TestingWire again = TestingWire.to(server)) {
      again.read(TINYBMS_UNIT, 0, 1);
      assertEquals(3, server.connections());
    }
  }

  @Test
  void aStoppedServerCutsItsConnectionsAndTakesNoNewOnes() throws IOException {
    try (TestingWire wire = TestingWire.to(server)) {
      wire.read(TINYBMS_UNIT, 0, 1);
      await(server.stop());
      assertTrue(wire.isAtEnd());
    }
    assertThrows(ConnectException.class, () -> TestingWire.to(server).close());
  }

  @Test
  void keepsWhatWasWrittenInItsOrder() throws IOException {
    try (TestingWire wire = TestingWire.to(server)) {
      wire.ask(INVERTER_UNIT, TestingWire.pdu(6, 1, 250));
      wire.ask(INVERTER_UNIT, TestingWire.writing(0, 2001));
      wire.ask(TINYBMS_UNIT, TestingWire.writing(315, 4100, 2600));
    }
    List<ModbusServer.Write> writes = server.writes();
    assertEquals(2, writes.size());
    assertEquals(
        List.of(INVERTER_UNIT, TINYBMS_UNIT),
        writes.stream().map(ModbusServer.Write::unit).toList());
    assertEquals(List.of(4100, 2600), writes.getLast().words());
    assertTrue(writes.getFirst().nanos() <= writes.getLast().nanos());
  }

  @Test
  void oneServerDoesNotHaveTheOthersDevices() throws IOException {
    try (TestingWire wire = TestingWire.to(tcp.site().towerServer())) {
      assertArrayEquals(TestingWire.hex("83 0B"), wire.ask(TINYBMS_UNIT, TestingWire.pdu(3, 0, 1)));
      assertArrayEquals(new int[] {0x5349}, wire.read(BYD_UNIT, 100, 1));
    }
  }
}
