package dev.voltbus.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.modbus.ModbusRequest.ReadHolding;
import io.vertx.core.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What a [ModbusClient] does with a serial port, which has no other side to ask whether it is
/// there.
abstract class SerialContract extends ByteStreamContract {
  TestingSerialPort port;

  abstract String scheme();

  @Override
  TestingModbusServer startSlave() throws Exception {
    TestingModbusServer behind = TestingModbusServer.start(vertx, framing());
    port = TestingSerialPort.plugIn(behind.port());
    return behind;
  }

  @Override
  ModbusClientOptions reaching(TestingModbusServer target) {
    return options("baud=115200&parity=none&data=8");
  }

  /// A pseudo-terminal knows 8 data bits without parity only.
  ModbusClientOptions options(String query) {
    return ModbusClientOptions.of(scheme() + "://" + port.path() + "?" + query)
        .withRequestTimeout(LONG)
        .withLateness(LATENESS);
  }

  @AfterEach
  void unplug() throws Exception {
    port.remove();
  }

  // The system gives an adapter another name when its old one is still held.
  @Test
  void unpluggedPortIsLetGoUnaskedAndOpenedAgainWhenItIsBack() throws Exception {
    BlockingQueue<ConnectionState> states = new LinkedBlockingQueue<>();
    client.connectionHandler(states::add);
    assertWorks();
    Path terminal = port.path().toRealPath();
    port.unplug();
    assertEquals(new ConnectionState.Connected(), states.poll(5, TimeUnit.SECONDS));
    assertInstanceOf(ConnectionState.Lost.class, states.poll(5, TimeUnit.SECONDS));
    assertEquals(0, OpenHandles.to(terminal));
    String text = failure(ModbusConnectException.class, client.readHolding(1, 0, 1)).getMessage();
    assertTrue(text.endsWith("serial port " + port.path() + " is not there"), text);
    port.plugInAgain();
    assertWorks();
  }

  @Test
  void portThatVanishesUnderARequestIsLostAtOnce() throws Exception {
    connect();
    slave.thenStaySilent();
    Future<Words> outstanding = client.readHolding(1, 0, 1);
    slave.nextFrame();
    port.unplug();
    long start = System.nanoTime();
    ModbusConnectionLostException lost = failure(ModbusConnectionLostException.class, outstanding);
    assertTrue(System.nanoTime() - start < Duration.ofSeconds(3).toNanos());
    assertTrue(lost.getMessage().contains("serial port " + port.path() + " is gone"));
    port.plugInAgain();
    assertWorks();
  }

  @Test
  void portInUseIsNamed() throws Exception {
    connect();
    ModbusClient second = create(client.options());
    String text = failure(ModbusConnectException.class, second.readHolding(1, 0, 1)).getMessage();
    assertTrue(text.endsWith(port.path() + " is in use by another program or link"), text);
    assertWorks();
  }

  @Test
  void fileThatIsNoPortIsNamed() throws Exception {
    Path file = Files.createTempFile("voltbus", "port");
    client = create(ModbusClientOptions.of(scheme() + "://" + file));
    String text = failure(ModbusConnectException.class, client.readHolding(1, 0, 1)).getMessage();
    assertTrue(text.contains("serial port " + file + " cannot be opened, system error"), text);
    Files.delete(file);
  }

  @Test
  void twentyUnplugsLeaveNothingBehind() throws Exception {
    assertWorks();
    LeftOvers before = LeftOvers.now(vertx);
    for (int i = 0; i < 20; i++) {
      port.unplug();
      failure(ModbusException.class, client.read(new ReadHolding(1, 0, 1), LONG));
      port.plugInAgain();
      assertWorks();
    }
    before.assertNothingMore(vertx);
  }
}
