package dev.voltbus.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/// A slave and a client for each test; afterwards every client must be gone, thread included.
@Timeout(30)
abstract class ModbusClientSetup {
  /// For an answer that does not come.
  static final Duration SHORT = Duration.ofMillis(250);

  /// For one that comes, also on a machine that is busy.
  static final Duration ANSWERED = Duration.ofMillis(750);

  static final Duration LONG = Duration.ofSeconds(10);
  static final Duration LATENESS = Duration.ofMillis(300);

  static Vertx vertx;
  private final List<ModbusClient> clients = new ArrayList<>();
  TestingModbusServer slave;
  ModbusClient client;

  abstract TestingFraming framing();

  TestingModbusServer startSlave() throws Exception {
    return TestingModbusServer.start(vertx, framing());
  }

  /// Options that reach the slave, with limits that keep a test short.
  ModbusClientOptions reaching(TestingModbusServer target) {
    return ModbusClientOptions.of(target.url()).withRequestTimeout(LONG).withLateness(LATENESS);
  }

  @BeforeAll
  static void startVertx() {
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void stopVertx() throws Exception {
    vertx.close().await(5, TimeUnit.SECONDS);
  }

  @BeforeEach
  void start() throws Exception {
    slave = startSlave();
    client = create(reaching(slave));
    for (int i = 0; i < 1000; i++) {
      slave.registers().holding[i] = 1000 + i;
      slave.registers().input[i] = 5000 + i;
    }
  }

  @AfterEach
  void stop() throws Exception {
    for (ModbusClient each : clients) {
      each.close().await(15, TimeUnit.SECONDS);
      assertTrue(((ConnectionActor) each).thread().join(Duration.ofSeconds(5)));
    }
    slave.stop();
  }

  ModbusClient create(ModbusClientOptions options) {
    ModbusClient created = ModbusClient.create(vertx, options);
    clients.add(created);
    return created;
  }

  /// Another client in the place of the present one: a serial port has one at a time.
  ModbusClient renew(ModbusClientOptions options) throws Exception {
    await(client.close());
    return create(options);
  }

  static <T> T await(Future<T> future) throws Exception {
    return future.await(10, TimeUnit.SECONDS);
  }

  static <E extends ModbusException> E failure(Class<E> type, Future<?> future) {
    return assertThrows(type, () -> await(future));
  }

  String message(String rest) {
    return client.options().endpoint() + " unit 1: " + rest;
  }

  /// Connects first, so that a short deadline afterwards is spent on the answer alone.
  void connect() throws Exception {
    await(client.readHolding(1, 0, 1));
    slave.nextFrame();
  }

  void assertConnectedOnce() {
    assertEquals(1, client.counters().connects());
  }

  /// A request after some trouble gets its own answer, on which connection ever.
  void assertWorks() throws Exception {
    assertEquals(Words.of(1700, 1701), await(client.readHolding(1, 700, 2)));
  }
}
