package dev.voltbus.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.modbus.ModbusRequest.ReadHolding;
import dev.voltbus.modbus.ModbusRequest.ReadWriteRegisters;
import dev.voltbus.modbus.ModbusRequest.WriteRegister;
import dev.voltbus.modbus.TestingModbusServer.Frame;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Units that are all at once, units that sleep, and who watches the wire; on every transport.
abstract class ModbusUnitContract extends ModbusConnectionContract {
  private static final Pacing SLEEPER = new Pacing(Duration.ZERO, true, LONG);

  private boolean isSerial() {
    return framing() != TestingFraming.MBAP;
  }

  // ---- unit 0

  // Modbus over serial line V1.02, 2.1; Modbus messaging on TCP/IP V1.0b, 4.4.2.
  @Test
  void unitZeroIsTheBroadcastOfSerialFramingsAndAnAddressInOthers() throws Exception {
    if (isSerial()) {
      assertBroadcastIsDoneWhenAllHadTheTimeForIt();
      assertBroadcastReadIsRefusedAtOnce();
    } else {
      assertUnitZeroAnswers();
    }
  }

  private void assertBroadcastIsDoneWhenAllHadTheTimeForIt() throws Exception {
    client = renew(client.options().withTurnaround(Duration.ofMillis(300)));
    await(client.readHolding(1, 0, 1));
    slave.nextFrame();
    slave.thenStaySilent();
    long start = System.nanoTime();
    Future<Void> broadcast = client.writeRegister(0, 5, 7);
    assertWorks();
    assertTrue(System.nanoTime() - start >= 300_000_000, "the next request went out too early");
    assertTrue(broadcast.succeeded());
    Frame frame = slave.nextFrame();
    assertEquals(0, frame.unit());
    assertEquals("6@5", frame.brief());
    assertEquals("3@700", slave.nextFrame().brief());
    assertEquals(0, client.counters().timeouts());
    assertConnectedOnce();
  }

  private void assertBroadcastReadIsRefusedAtOnce() throws Exception {
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> client.readHolding(0, 4, 2));
    assertEquals(
        client.options().endpoint()
            + " unit 0: holding 4..5 cannot be asked of unit 0, which is the broadcast here and"
            + " never answers; valid are units 1..255",
        refusal.getMessage());
    assertThrows(
        IllegalArgumentException.class, () -> client.readWriteRegisters(0, 0, 1, 0, Words.of(1)));
    assertWorks();
    assertEquals("3@700", slave.nextFrame().brief());
  }

  private void assertUnitZeroAnswers() throws Exception {
    assertEquals(Words.of(1004), await(client.readHolding(0, 4, 1)));
    await(client.writeRegister(0, 4, 9));
    assertEquals(9, slave.registers().holding[4]);
    slave.thenStaySilent();
    failure(ModbusTimeoutException.class, client.write(new WriteRegister(0, 4, 8), SHORT));
  }

  // ---- units that sleep

  @Test
  void readWakesAUnitByItsCopyAndIsAnsweredOnce() throws Exception {
    client.pace(1, SLEEPER);
    slave.thenStaySilent();
    assertEquals(Words.of(1005, 1006), await(client.readHolding(1, 5, 2)));
    assertEquals(List.of("3@5", "3@5"), frames(2));
    assertEquals(Words.of(1007), await(client.readHolding(1, 7, 1)));
    assertEquals(List.of("3@7"), frames(1));
    assertEquals(0, client.counters().timeouts());
    assertConnectedOnce();
  }

  @Test
  void unitThatIsAwakeIsReadOnce() throws Exception {
    client.pace(1, SLEEPER);
    assertEquals(Words.of(1005), await(client.readHolding(1, 5, 1)));
    assertEquals(List.of("3@5"), frames(1));
  }

  // The whole point: whether the unit slept or not, the write arrives once.
  @Test
  void writeIsNeverItsOwnWakeUp() throws Exception {
    client.pace(1, SLEEPER).pace(2, SLEEPER).pace(3, SLEEPER).pace(4, SLEEPER);
    slave.thenStaySilent();
    await(client.writeRegisters(1, 300, Words.of(5)));
    assertEquals(List.of("3@300", "16@300"), frames(2));
    await(client.writeRegister(1, 301, 6));
    assertEquals(List.of("6@301"), frames(1));
    await(client.writeRegister(2, 302, 7));
    assertEquals(List.of("3@302", "6@302"), frames(2));
    slave.thenRefuse(2);
    await(client.writeCoil(3, 9, true));
    assertEquals(List.of("1@9", "5@9"), frames(2));
    slave.thenStaySilent();
    assertEquals(Words.of(3), await(client.readWriteRegisters(4, 8, 1, 8, Words.of(3))));
    assertEquals(List.of("3@8", "23@8"), frames(2));
    assertEquals(5, slave.registers().holding[300]);
  }

  // The right to write may be lost while the unit wakes.
  @Test
  void writeWhosePermissionGoesWhileItsUnitWakesIsNotSent() throws Exception {
    client.pace(1, SLEEPER);
    AtomicBoolean permitted = new AtomicBoolean(true);
    slave.then((frame, peer) -> permitted.set(false));
    failure(
        ModbusDeadlineException.class,
        client.write(new WriteRegister(1, 9, 5), LONG, permitted::get));
    assertEquals(List.of("3@9"), frames(1));
    ReadWriteRegisters both = new ReadWriteRegisters(1, 9, 1, 9, Words.of(5));
    failure(ModbusDeadlineException.class, client.exchange(both, LONG, permitted::get));
    assertEquals(1009, slave.registers().holding[9]);
  }

  @Test
  void unitIsWokenAgainWhenItWasLeftAlone() throws Exception {
    client.pace(1, new Pacing(Duration.ZERO, true, Duration.ofMillis(50)));
    await(client.readHolding(1, 5, 1));
    // Idleness itself is the condition here, so there is no event to wait for.
    await(vertx.timer(100, TimeUnit.MILLISECONDS).mapEmpty());
    slave.thenStaySilent();
    await(client.readHolding(1, 6, 1));
    assertEquals(List.of("3@5", "3@6", "3@6"), frames(3));
  }

  @Test
  void unitThatDidNotAnswerIsWokenTheNextTime() throws Exception {
    client.pace(1, SLEEPER);
    connect();
    slave.thenStaySilent();
    failure(ModbusTimeoutException.class, client.read(new ReadHolding(1, 5, 1), SHORT));
    slave.thenStaySilent();
    await(client.readHolding(1, 6, 1));
    assertEquals(List.of("3@5", "3@6", "3@6"), frames(3));
  }

  // Over RTU the two answers look alike; the second must not be the next read's.
  @Test
  void bothCopiesAnsweredLateSpoilNothing() throws Exception {
    client.pace(1, SLEEPER);
    Queue<Frame> first = new ConcurrentLinkedQueue<>();
    slave.then((frame, peer) -> first.add(frame));
    slave.then((frame, peer) -> {
      slave.answer(first.remove(), peer);
      vertx.setTimer(80, id -> slave.answer(frame, peer));
    });
    assertEquals(Words.of(1005), await(client.readHolding(1, 5, 1)));
    assertEquals(Words.of(1006), await(client.readHolding(1, 6, 1)));
    assertEquals(Words.of(1007), await(client.readHolding(1, 7, 1)));
    assertEquals(List.of("3@5", "3@5", "3@6", "3@7"), frames(4));
  }

  @Test
  void lateAnswerToTheWakeUpOfAWriteIsNotTheWrites() throws Exception {
    client.pace(1, SLEEPER);
    Queue<Frame> first = new ConcurrentLinkedQueue<>();
    slave.then((frame, peer) -> first.add(frame));
    slave.then((frame, peer) -> {
      slave.answer(first.remove(), peer);
      slave.answer(frame, peer);
    });
    await(client.writeRegister(1, 5, 77));
    assertEquals(List.of("3@5", "6@5"), frames(2));
    assertEquals(77, slave.registers().holding[5]);
    assertWorks();
  }

  @Test
  void unitWithoutThatOptionIsAskedOnce() throws Exception {
    connect();
    slave.thenStaySilent();
    failure(ModbusTimeoutException.class, client.read(new ReadHolding(1, 5, 1), SHORT));
    assertEquals(List.of("3@5"), frames(1));
  }

  private List<String> frames(int count) throws InterruptedException {
    List<String> frames = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      frames.add(slave.nextFrame().brief());
    }
    assertEquals(0, slave.framesLeft());
    return frames;
  }

  // ---- who watches

  @Test
  void tapSeesTheBytesOfBothDirectionsAndTheConnection() throws Exception {
    BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    client = renew(client.options().withTap(new TestingTap(seen)));
    assertEquals(Words.of(1005), await(client.readHolding(1, 5, 1)));
    Frame frame = slave.nextFrame();
    await(client.close());
    assertEquals("connected", seen.poll(5, TimeUnit.SECONDS));
    assertEquals("sent " + hex(frame.raw()), seen.poll(5, TimeUnit.SECONDS));
    Buffer answer = slave.rightAnswer(frame);
    StringBuilder received = new StringBuilder();
    while (received.length() < 2 * answer.length()) {
      received.append(String.valueOf(seen.poll(5, TimeUnit.SECONDS)).replace("received ", ""));
    }
    assertEquals(hex(answer), received.toString());
    assertEquals("lost client closed", seen.poll(5, TimeUnit.SECONDS));
  }

  @ParameterizedTest(name = "an error: {0}")
  @ValueSource(booleans = {false, true})
  void tapThatThrowsIsTakenAwayAndHarmsNothing(boolean error) throws Exception {
    BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    client =
        renew(
            client
                .options()
                .withTap(
                    new TestingTap(seen) {
                      @Override
                      public void sent(long nanos, byte[] bytes) {
                        if (error) {
                          throw new AssertionError("on purpose");
                        }
                        throw new IllegalStateException("on purpose");
                      }
                    }));
    assertWorks();
    assertWorks();
    assertEquals(List.of("connected"), List.copyOf(seen));
  }

  @Test
  void traceOfAnExchangeIsReadable() throws Exception {
    BlockingQueue<FrameTrace.Line> lines = new LinkedBlockingQueue<>();
    FrameForm form = FrameForm.of(client.options().endpoint());
    client = renew(client.options().withTap(new FrameTrace(form, lines::add)));
    slave.thenRefuse(2);
    failure(ModbusDeviceException.class, client.readHolding(1, 304, 7));
    assertEquals("connected", meaning(lines));
    assertTrue(meaning(lines).contains("unit 1, read holding 304..310 (7 words)"));
    String answer = meaning(lines);
    assertTrue(
        answer.contains("unit 1, holding 304..310 refused, exception 2 (illegal data address)"),
        answer);
    assertFalse(answer.contains("NOT the answer"), answer);
  }

  private static String meaning(BlockingQueue<FrameTrace.Line> lines) throws InterruptedException {
    FrameTrace.Line line = lines.poll(5, TimeUnit.SECONDS);
    return line == null ? "nothing" : line.meaning();
  }

  private static String hex(Buffer bytes) {
    return HexFormat.of().formatHex(bytes.getBytes());
  }

  /// Writes down what it sees, and that time does not run backwards.
  private static class TestingTap implements WireTap {
    private final BlockingQueue<String> seen;
    private long last = System.nanoTime();

    TestingTap(BlockingQueue<String> seen) {
      this.seen = seen;
    }

    private void add(long nanos, String event) {
      seen.add(nanos - last < 0 ? "before the last one: " + event : event);
      last = nanos;
    }

    @Override
    public void sent(long nanos, byte[] bytes) {
      add(nanos, "sent " + HexFormat.of().formatHex(bytes));
    }

    @Override
    public void received(long nanos, byte[] bytes) {
      add(nanos, "received " + HexFormat.of().formatHex(bytes));
    }

    @Override
    public void connected(long nanos) {
      add(nanos, "connected");
    }

    @Override
    public void lost(long nanos, String reason) {
      add(nanos, "lost " + reason);
    }
  }
}
