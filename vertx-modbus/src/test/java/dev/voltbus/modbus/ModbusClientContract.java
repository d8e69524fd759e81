package dev.voltbus.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.modbus.ModbusRequest.ReadDeviceId;
import dev.voltbus.modbus.ModbusRequest.ReadHolding;
import dev.voltbus.modbus.ModbusRequest.Write;
import dev.voltbus.modbus.ModbusRequest.WriteCoil;
import dev.voltbus.modbus.ModbusRequest.WriteCoils;
import dev.voltbus.modbus.ModbusRequest.WriteRegister;
import dev.voltbus.modbus.ModbusRequest.WriteRegisters;
import dev.voltbus.modbus.TestingModbusServer.Frame;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a [ModbusClient] keeps to on every transport; one subclass for each.
abstract class ModbusClientContract extends ModbusUnitContract {
  // ---- functions

  @Test
  void everyReadReturnsWhatTheDeviceHolds() throws Exception {
    slave.registers().coils.set(3);
    slave.registers().discretes.set(5);
    slave.registers().holding[9] = 0xFFFE;
    assertEquals(Bits.of(false, true, false), await(client.readCoils(1, 2, 3)));
    assertEquals(Bits.of(true), await(client.readDiscreteInputs(1, 5, 1)));
    Words holding = await(client.readHolding(1, 8, 2));
    assertEquals(1008, holding.unsigned(0));
    assertEquals(0xFFFE, holding.unsigned(1));
    assertEquals(-2, holding.at(1));
    assertEquals(Words.of(5008), await(client.readInput(1, 8, 1)));
  }

  @Test
  void everyWriteReachesTheDevice() throws Exception {
    await(client.writeCoil(1, 4, true));
    await(client.writeRegister(1, 20, 65535));
    await(
        client.writeCoils(1, 10, Bits.of(true, false, true, true, false, true, true, true, true)));
    await(client.writeRegisters(1, 30, Words.of(7, 65000)));
    assertEquals("{4, 10, 12, 13, 15, 16, 17, 18}", slave.registers().coils.toString());
    assertEquals(65535, slave.registers().holding[20]);
    assertEquals(7, slave.registers().holding[30]);
    assertEquals(65000, slave.registers().holding[31]);
    await(client.writeCoil(1, 4, false));
    assertFalse(slave.registers().coils.get(4));
  }

  @Test
  void largestRequestsPass() throws Exception {
    short[] words = new short[123];
    words[122] = 77;
    boolean[] bits = new boolean[1968];
    bits[1967] = true;
    await(client.writeRegisters(255, 65413, Words.copyOf(words)));
    await(client.writeCoils(255, 63568, Bits.of(bits)));
    assertEquals(77, await(client.readHolding(255, 65411, 125)).unsigned(124));
    assertTrue(await(client.readCoils(255, 63536, 2000)).at(1999));
  }

  @Test
  void maskWriteChangesOnlyTheBitsOfItsMask() throws Exception {
    slave.registers().holding[4] = 0x12;
    await(client.maskWrite(1, 4, 0xF2, 0x25));
    assertEquals(0x17, slave.registers().holding[4]);
    slave.registers().holding[4] = 0xABCD;
    await(client.write(ModbusRequest.MaskWrite.bits(1, 4, 0x0FF0, 0x1234), LONG));
    assertEquals(0xA23D, slave.registers().holding[4]);
  }

  @Test
  void readWriteWritesFirstAndReadsThen() throws Exception {
    assertEquals(
        Words.of(1002, 7, 8, 1005), await(client.readWriteRegisters(1, 2, 4, 3, Words.of(7, 8))));
    short[] most = new short[121];
    most[120] = 99;
    Words read = await(client.readWriteRegisters(1, 65411, 125, 65415, Words.copyOf(most)));
    assertEquals(99, read.unsigned(124));
  }

  @Test
  void readWriteOvertakesReadsThatWait() throws Exception {
    Runnable gate = slave.thenHold();
    Future<Words> first = client.readHolding(1, 0, 1);
    assertEquals("3@0", slave.nextFrame().brief());
    Future<?> rest =
        Future.all(
            client.readHolding(1, 1, 1),
            client.readWriteRegisters(1, 9, 1, 9, Words.of(1)),
            client.maskWrite(1, 8, 0, 0));
    gate.run();
    await(first);
    await(rest);
    assertEquals("23@9", slave.nextFrame().brief());
    assertEquals("22@8", slave.nextFrame().brief());
    assertEquals("3@1", slave.nextFrame().brief());
  }

  @Test
  void deviceIdInOnePieceIsRead() throws Exception {
    slave.thenAnswerHex("2B 0E 01 01 00 00 03  00 04 45 6E 65 70  01 02 54 42  02 04 56 31 2E 30");
    DeviceId id = await(client.readDeviceId(1, ReadDeviceId.Category.BASIC));
    assertEquals("Enep TB V1.0", id.vendorName() + " " + id.productCode() + " " + id.revision());
    assertEquals(1, id.conformity());
    assertEquals("2b0e0100", hexOf(slave.nextFrame().pdu()));
  }

  // The frame ends where the objects end; nothing else tells it over RTU.
  @Test
  void deviceIdInSeveralPiecesIsJoined() throws Exception {
    slave.thenAnswerHex("2B 0E 03 83 FF 02 02  00 01 41  01 01 42");
    slave.thenAnswerHex("2B 0E 03 83 FF 80 01  02 03 43 00 20");
    slave.thenAnswerHex("2B 0E 03 83 00 00 01  80 02 FF 00");
    DeviceId id = await(client.readDeviceId(1, ReadDeviceId.Category.EXTENDED));
    assertEquals(Map.of(0, "A", 1, "B", 2, "C\0 ", 128, "\u00ff\0"), id.objects());
    assertEquals("C", id.revision());
    assertEquals("2b0e0300", hexOf(slave.nextFrame().pdu()));
    assertEquals("2b0e0302", hexOf(slave.nextFrame().pdu()));
    assertEquals("2b0e0380", hexOf(slave.nextFrame().pdu()));
  }

  @Test
  void oneObjectAloneIsRead() throws Exception {
    slave.thenAnswerHex("2B 0E 04 81 00 00 01  05 03 47 32 34");
    ReadDeviceId request = new ReadDeviceId(1, ReadDeviceId.Category.INDIVIDUAL, 5);
    assertEquals("G24", await(client.read(request, LONG)).text(DeviceId.MODEL_NAME));
    assertEquals("2b0e0405", hexOf(slave.nextFrame().pdu()));
  }

  @Test
  void deviceIdThatTurnsInACircleEnds() throws Exception {
    slave.thenAnswerHex("2B 0E 01 01 FF 01 01  00 01 41");
    slave.thenAnswerHex("2B 0E 01 01 FF 01 01  01 01 42");
    DeviceId id = await(client.readDeviceId(1, ReadDeviceId.Category.BASIC));
    assertEquals(Map.of(0, "A", 1, "B"), id.objects());
  }

  @Test
  void deviceIdWithoutObjectsIsEmpty() throws Exception {
    slave.thenAnswerHex("2B 0E 01 01 FF 00 00");
    assertEquals(Map.of(), await(client.readDeviceId(1, ReadDeviceId.Category.BASIC)).objects());
  }

  @Test
  void deviceIdMayBeRefused() {
    slave.thenRefuse(1);
    ModbusDeviceException refusal =
        failure(ModbusDeviceException.class, client.readDeviceId(1, ReadDeviceId.Category.REGULAR));
    assertEquals(
        message("device id, regular from object 0 refused, exception 1 (illegal function)"),
        refusal.getMessage());
  }

  @Test
  void deviceIdOfAnotherMeiTypeIsRefused() throws Exception {
    connect();
    slave.thenAnswerHex("2B 0D 01 01 00 00 00");
    String text =
        failure(
                ModbusProtocolException.class,
                client.read(new ReadDeviceId(1, ReadDeviceId.Category.BASIC), ANSWERED))
            .getMessage();
    assertTrue(text.endsWith("MEI type 13, expected 14"), text);
    assertWorks();
  }

  private static String hexOf(Buffer bytes) {
    return java.util.HexFormat.of().formatHex(bytes.getBytes());
  }

  @Test
  void requestBeyondTheLimitsThrowsAndNothingIsSent() throws Exception {
    assertThrows(IllegalArgumentException.class, () -> client.readHolding(1, 0, 126));
    assertThrows(
        IllegalArgumentException.class, () -> client.read(new ReadHolding(1, 0, 1), Duration.ZERO));
    assertWorks();
    assertEquals("3@700", slave.nextFrame().brief());
    assertEquals(0, slave.framesLeft());
  }

  @Test
  void unitsShareOneConnection() throws Exception {
    await(Future.all(client.readHolding(1, 0, 1), client.readHolding(247, 0, 1)));
    assertEquals(1, slave.nextFrame().unit());
    assertEquals(247, slave.nextFrame().unit());
    assertConnectedOnce();
  }

  // ---- refusals by the device

  @ParameterizedTest
  @CsvSource({
    "1, illegal function",
    "2, illegal data address",
    "3, illegal data value",
    "4, server device failure",
    "5, acknowledge",
    "6, server device busy",
    "8, memory parity error",
    "10, gateway path unavailable",
    "11, gateway target device failed to respond",
    "7, negative acknowledge",
    "9, unknown",
    "255, unknown",
  })
  void exceptionIsNamedAndKeepsTheConnection(int code, String name) throws Exception {
    slave.thenRefuse(code);
    ModbusDeviceException refusal =
        failure(ModbusDeviceException.class, client.readHolding(1, 304, 7));
    assertEquals(
        message("holding 304..310 refused, exception " + code + " (" + name + ")"),
        refusal.getMessage());
    assertEquals(ModbusFunction.READ_HOLDING, refusal.function());
    assertEquals(code, refusal.exceptionCode());
    assertWorks();
    assertConnectedOnce();
  }

  // Rev D of the TinyBMS protocol: AA 00 cmd err crc.
  @Test
  void errorFrameOfATinyBmsIsARefusalAtOnce() throws Exception {
    slave.thenAnswerPdu(0, 3, 0);
    ModbusDeviceException refusal =
        failure(ModbusDeviceException.class, client.readHolding(1, 304, 7));
    assertEquals(
        message("holding 304..310 refused, error frame with error 0 (command not accepted)"),
        refusal.getMessage());
    assertFalse(refusal.isNotNow());
    slave.thenAnswerPdu(0, 16, 1);
    ModbusDeviceException damaged =
        failure(ModbusDeviceException.class, client.writeRegisters(1, 300, Words.of(1)));
    assertEquals(
        message("write holding 300 refused, error frame with error 1 (checksum wrong)"),
        damaged.getMessage());
    assertTrue(damaged.isNotNow());
    assertEquals(OptionalInt.of(1), damaged.errorFrame());
    assertWorks();
    assertConnectedOnce();
  }

  @Test
  void errorFrameOfAnotherFunctionIsRefused() throws Exception {
    connect();
    slave.thenAnswerPdu(0, 16, 0);
    assertWrong("function 0, expected 3");
  }

  @ParameterizedTest
  @CsvSource({"5", "6", "10", "11"})
  void notNowIsToldFromABadRegister(int code) {
    slave.thenRefuse(code);
    slave.thenRefuse(2);
    assertTrue(failure(ModbusDeviceException.class, client.readHolding(1, 0, 1)).isNotNow());
    assertFalse(failure(ModbusDeviceException.class, client.readHolding(1, 0, 1)).isNotNow());
  }

  @Test
  void refusedWriteSaysSo() {
    slave.thenRefuse(2);
    ModbusDeviceException refusal =
        failure(ModbusDeviceException.class, client.writeRegister(1, 9, 5));
    assertEquals(
        message("write holding 9 refused, exception 2 (illegal data address)"),
        refusal.getMessage());
  }

  // ---- silence

  // j2mod repeats a request five times, a write too.
  @Test
  void silentDeviceGetsEachRequestOnce() throws Exception {
    connect();
    slave.thenStaySilent();
    ModbusTimeoutException timeout =
        failure(
            ModbusTimeoutException.class,
            client.write(new ModbusRequest.WriteRegister(1, 6, 1), SHORT));
    assertEquals(message("write holding 6 got no answer within 250 ms"), timeout.getMessage());
    assertTrue(timeout.isSent());
    assertWorks();
    assertEquals("6@6", slave.nextFrame().brief());
    assertEquals("3@700", slave.nextFrame().brief());
    assertEquals(0, slave.framesLeft());
    assertConnectedOnce();
  }

  // j2mod returns the late answer as the next request's.
  @Test
  void lateAnswerIsNeverTheNextOnes() throws Exception {
    connect();
    Runnable gate = slave.thenHold();
    failure(ModbusTimeoutException.class, client.read(new ReadHolding(1, 5, 2), SHORT));
    gate.run();
    assertEquals(Words.of(1006, 1007), await(client.readHolding(1, 6, 2)));
    assertEquals(1, client.counters().late());
    assertEquals(1, client.counters().timeouts());
    assertConnectedOnce();
  }

  @Test
  void lateAnswerOfAnotherUnitIsDroppedAndTheWaitGoesOn() throws Exception {
    connect();
    Runnable gate = slave.thenHold();
    failure(ModbusTimeoutException.class, client.read(new ReadHolding(2, 5, 2), SHORT));
    slave.then((frame, peer) -> {
      gate.run();
      slave.answer(frame, peer);
    });
    assertEquals(Words.of(1006, 1007), await(client.readHolding(1, 6, 2)));
    assertEquals(1, client.counters().late());
    assertConnectedOnce();
  }

  // A dead device behind a gateway must not cost the others their connection.
  @Test
  void twoSilentRequestsKeepTheConnectionTheThirdGivesItUp() throws Exception {
    connect();
    slave.otherwise((frame, peer) -> {});
    for (int unit = 1; unit <= 2; unit++) {
      failure(ModbusTimeoutException.class, client.read(new ReadHolding(unit, 0, 1), SHORT));
    }
    slave.then(slave::answer);
    await(client.readHolding(7, 0, 1));
    for (int unit = 3; unit <= 4; unit++) {
      failure(ModbusTimeoutException.class, client.read(new ReadHolding(unit, 0, 1), SHORT));
    }
    assertConnectedOnce();
    failure(ModbusTimeoutException.class, client.read(new ReadHolding(5, 0, 1), SHORT));
    slave.otherwise(slave::answer);
    assertWorks();
    assertEquals(2, client.counters().connects());
    assertEquals(1, client.counters().losses());
  }

  // Over RTU nothing in the frame tells it from the right answer.
  @Test
  void secondAnswerIsNeverTheNextOnes() throws Exception {
    slave.thenMangle(answer -> answer.copy().appendBuffer(answer));
    assertEquals(Words.of(1005, 1006), await(client.readHolding(1, 5, 2)));
    assertWorks();
    assertConnectedOnce();
  }

  @Test
  void idleConnectionIsKept() throws Exception {
    await(client.readHolding(1, 0, 1));
    // Idleness itself is the condition here, so there is no event to wait for.
    await(vertx.timer(1200, TimeUnit.MILLISECONDS).mapEmpty());
    assertWorks();
    assertConnectedOnce();
  }

  // ---- pauses

  @Test
  void unitIsLeftAloneForItsGapWhileOthersAreServed() throws Exception {
    connect();
    client.pace(1, Pacing.gap(Duration.ofMillis(400)));
    await(client.readHolding(1, 0, 1));
    long start = System.nanoTime();
    Future<Words> paced = client.readHolding(1, 1, 1);
    Future<Void> pacedWrite = client.writeRegister(1, 9, 1);
    await(client.readHolding(2, 0, 1));
    assertTrue(System.nanoTime() - start < Duration.ofMillis(390).toNanos());
    await(pacedWrite);
    long written = System.nanoTime();
    assertTrue(written - start > Duration.ofMillis(380).toNanos());
    await(paced);
    assertTrue(System.nanoTime() - written > Duration.ofMillis(380).toNanos());
  }

  // A gap that is longer than the time limit must not eat it.
  @Test
  void gapComesOnTopOfTheDeadline() throws Exception {
    connect();
    client.pace(1, Pacing.gap(Duration.ofMillis(500)));
    await(client.readHolding(1, 0, 1));
    assertEquals(Words.of(1001), await(client.read(new ReadHolding(1, 1, 1), ANSWERED)));
  }

  @Test
  void requestsWaitForThePauseAfterConnecting() throws Exception {
    client = renew(client.options().withPauseAfterConnect(Duration.ofMillis(400)));
    BlockingQueue<Long> connected = new LinkedBlockingQueue<>();
    client.connectionHandler(state -> connected.add(System.nanoTime()));
    await(client.read(new ReadHolding(1, 0, 1), ANSWERED));
    long pause = System.nanoTime() - connected.take();
    assertTrue(pause > Duration.ofMillis(300).toNanos(), () -> pause + " ns");
    await(client.read(new ReadHolding(1, 0, 1), ANSWERED));
  }

  @Test
  void disconnectLetsTheOutstandingFinishAndTheNextOneConnectAnew() throws Exception {
    BlockingQueue<ConnectionState> states = new LinkedBlockingQueue<>();
    client.connectionHandler(states::add);
    Runnable gate = slave.thenHold();
    Future<Words> outstanding = client.readHolding(1, 0, 1);
    slave.nextFrame();
    Future<Void> gone = client.disconnect();
    gate.run();
    assertEquals(Words.of(1000), await(outstanding));
    await(gone);
    assertWorks();
    assertEquals(2, client.counters().connects());
    assertEquals(0, client.counters().losses());
    assertEquals(new ConnectionState.Connected(), states.poll(5, TimeUnit.SECONDS));
    assertEquals(new ConnectionState.Disconnected(), states.poll(5, TimeUnit.SECONDS));
    await(client.close());
    await(client.disconnect());
  }

  // ---- wrong answers

  @Test
  void answerOfAnotherUnitDoesNotEndTheWait() throws Exception {
    slave.then((frame, peer) -> {
      peer.write(framing().wrap(frame, 2, Buffer.buffer(new byte[] {3, 2, 0, 1})))
          .onSuccess(v -> slave.answer(frame, peer));
    });
    assertEquals(Words.of(1000), await(client.readHolding(1, 0, 1)));
    assertEquals(1, client.counters().foreign());
    assertConnectedOnce();
  }

  @Test
  void answerOfAnotherUnitIsRefused() throws Exception {
    connect();
    slave.then((frame, peer) ->
        peer.write(framing().wrap(frame, 2, Buffer.buffer(new byte[] {3, 2, 0, 1}))));
    assertWrong("unit 2, expected 1");
  }

  @Test
  void answerOfAnotherFunctionIsRefused() throws Exception {
    connect();
    slave.thenAnswerPdu(4, 2, 0, 1);
    assertWrong("function 4, expected 3");
  }

  @Test
  void exceptionOfAnotherFunctionIsRefused() throws Exception {
    connect();
    slave.thenAnswerPdu(0x84, 2);
    assertWrong("function 132, expected 3");
  }

  @Test
  void fewerWordsThanAskedAreRefused() throws Exception {
    connect();
    slave.thenAnswerPdu(3, 0);
    assertWrong("byte count 0, expected 2");
  }

  @Test
  void moreWordsThanAskedAreRefused() throws Exception {
    connect();
    slave.thenAnswerPdu(3, 4, 0, 1, 0, 2);
    assertWrong("byte count 4, expected 2");
  }

  private void assertWrong(String fault) throws Exception {
    ModbusProtocolException wrong =
        failure(ModbusProtocolException.class, client.read(new ReadHolding(1, 0, 1), ANSWERED));
    assertEquals(message("holding 0 got a wrong answer: " + fault), wrong.getMessage());
    assertEquals(1, client.counters().foreign());
    assertWorks();
    assertConnectedOnce();
  }

  @Test
  void echoThatDiffersFailsTheWrite() throws Exception {
    connect();
    slave.thenAnswerPdu(6, 0, 9, 0, 4);
    assertWrongEcho("echoed value 4, expected 5", new WriteRegister(1, 9, 5));
    slave.thenAnswerPdu(6, 0, 8, 0, 5);
    assertWrongEcho("echoed address 8, expected 9", new WriteRegister(1, 9, 5));
    slave.thenAnswerPdu(5, 0, 9, 0, 0);
    assertWrongEcho("echoed value 0, expected 65280", new WriteCoil(1, 9, true));
    slave.thenAnswerPdu(16, 0, 9, 0, 1);
    assertWrongEcho("echoed count 1, expected 2", new WriteRegisters(1, 9, Words.of(1, 2)));
    slave.thenAnswerPdu(22, 0, 9, 0, 1, 0, 3);
    assertWrongEcho("echoed or mask 3, expected 2", new ModbusRequest.MaskWrite(1, 9, 1, 2));
    slave.thenAnswerPdu(22, 0, 9, 0, 2, 0, 2);
    assertWrongEcho("echoed and mask 2, expected 1", new ModbusRequest.MaskWrite(1, 9, 1, 2));
    slave.thenAnswerPdu(15, 0, 9, 0, 2);
    assertWrongEcho("echoed count 2, expected 1", new WriteCoils(1, 9, Bits.of(true)));
  }

  private void assertWrongEcho(String fault, Write write) {
    String text =
        failure(ModbusProtocolException.class, client.write(write, ANSWERED)).getMessage();
    assertTrue(text.endsWith(fault), text);
  }

  // ---- bytes

  /// Reads eleven requests off the wire and compares them with those of the specification.
  void assertRequestBytes(List<String> expected) throws Exception {
    await(client.readCoils(17, 19, 37));
    await(client.readDiscreteInputs(17, 196, 22));
    await(client.readHolding(17, 107, 3));
    await(client.readInput(17, 8, 1));
    await(client.writeCoil(17, 172, true));
    await(client.writeRegister(17, 1, 3));
    await(
        client.writeCoils(
            17, 19, Bits.of(true, false, true, true, false, false, true, true, true, false)));
    await(client.writeRegisters(17, 1, Words.of(10, 258)));
    await(client.maskWrite(17, 4, 0xF2, 0x25));
    await(client.readWriteRegisters(17, 3, 6, 14, Words.of(255, 255, 255)));
    slave.thenAnswerHex("2B 0E 01 01 00 00 00");
    await(client.readDeviceId(17, ReadDeviceId.Category.BASIC));
    List<String> sent = new ArrayList<>();
    for (int i = 0; i < expected.size(); i++) {
      Frame frame = slave.nextFrame();
      sent.add(hex(frame.raw()));
    }
    assertEquals(String.join("\n", expected), String.join("\n", sent));
  }

  private static String hex(Buffer bytes) {
    return java.util.HexFormat.of().withUpperCase().formatHex(bytes.getBytes());
  }
}
