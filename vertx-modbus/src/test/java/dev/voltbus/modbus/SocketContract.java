package dev.voltbus.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.modbus.ModbusRequest.ReadHolding;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// How a [ModbusClient] connects over TCP and what it does when the connection ends.
abstract class SocketContract extends ByteStreamContract {
  // ---- broken connections

  @Test
  void deviceThatClosesInsteadOfAnsweringIsLost() throws Exception {
    slave.then((frame, peer) -> peer.close());
    ModbusConnectionLostException lost =
        failure(ModbusConnectionLostException.class, client.readHolding(1, 0, 1));
    assertEquals(
        message("holding 0 lost its connection: closed by the other side"), lost.getMessage());
    assertWorks();
  }

  @Test
  void halfAnAnswerThenCloseIsLost() throws Exception {
    slave.then((frame, peer) ->
        peer.write(slave.rightAnswer(frame).getBuffer(0, 6)).onComplete(v -> peer.close()));
    failure(ModbusConnectionLostException.class, client.readHolding(1, 0, 3));
    assertWorks();
  }

  // Many devices close a connection that is idle; finding that out must not cost a request.
  @Test
  void connectionClosedWhileIdleIsReplacedUnseen() throws Exception {
    slave.then((frame, peer) -> peer.write(slave.rightAnswer(frame)).onComplete(v -> peer.close()));
    assertEquals(Words.of(1000), await(client.readHolding(1, 0, 1)));
    // Idleness itself is the condition here, so there is no event to wait for.
    await(vertx.timer(100, TimeUnit.MILLISECONDS).mapEmpty());
    assertWorks();
    assertEquals(2, slave.connections());
  }

  // ---- connecting

  @Test
  void refusedConnectionFailsAllWhoWait() throws Exception {
    String url = slave.url();
    slave.stop();
    client = create(client.options());
    List<Future<Words>> reads = List.of(client.readHolding(1, 0, 1), client.readHolding(1, 1, 1));
    String text = failure(ModbusConnectException.class, reads.get(0)).getMessage();
    assertEquals(url + " unit 1: holding 0 not sent, no connection: Connection refused", text);
    failure(ModbusConnectException.class, reads.get(1));
  }

  // Whoever asks again when a request fails must know by then that it has to wait. The event loop
  // is
  // held until the attempt has surely failed, as a busy machine may hold it.
  @Test
  void theFailedAttemptIsToldBeforeTheRequestThatMadeIt() throws Exception {
    slave.stop();
    List<String> heard = Collections.synchronizedList(new ArrayList<>());
    Promise<Void> over = Promise.promise();
    vertx.runOnContext(now -> {
      client = create(client.options());
      client.connectionHandler(state -> heard.add(state.getClass().getSimpleName()));
      Future<Words> read = client.readHolding(1, 0, 1);
      long limit = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300);
      while (!read.isComplete() && System.nanoTime() < limit) {
        Thread.onSpinWait();
      }
      read.onComplete(failed -> {
        heard.add("request failed");
        over.complete();
      });
    });
    await(over.future());
    assertEquals(List.of("ConnectFailed", "request failed"), heard);
  }

  // What is asked next goes over another connection, and whoever asks must know that.
  @Test
  void theEndOfAConnectionIsToldBeforeTheRequestThatMetIt() throws Exception {
    slave.then((frame, peer) -> peer.close());
    List<String> heard = Collections.synchronizedList(new ArrayList<>());
    Promise<Void> over = Promise.promise();
    vertx.runOnContext(now -> {
      client = create(client.options());
      client.connectionHandler(state -> heard.add(state.getClass().getSimpleName()));
      client
          .readHolding(1, 0, 1)
          .onComplete(failed -> {
            heard.add("request failed");
            over.complete();
          });
    });
    await(over.future());
    assertEquals(List.of("Connected", "Lost", "request failed"), heard);
  }

  @Test
  void unknownHostIsNamed() {
    client = create(ModbusClientOptions.of(slave.scheme() + "://no-such-host.invalid"));
    ModbusException unknown = failure(ModbusException.class, client.readHolding(1, 0, 1));
    assertTrue(
        unknown.getMessage().endsWith("host no-such-host.invalid is not known")
            || unknown instanceof ModbusDeadlineException,
        unknown::getMessage);
  }

  @Test
  void deadlinePassesWhileConnectingAndCloseDoesNotWaitForIt() throws Exception {
    try (FullBacklog deaf = FullBacklog.open()) {
      client =
          create(
              ModbusClientOptions.of(slave.scheme() + "://127.0.0.1:" + deaf.port())
                  .withConnectTimeout(Duration.ofSeconds(20)));
      failure(ModbusDeadlineException.class, client.read(new ReadHolding(1, 0, 1), SHORT));
      long start = System.nanoTime();
      await(client.close());
      assertTrue(System.nanoTime() - start < Duration.ofSeconds(3).toNanos());
    }
  }

  @Test
  void connectThatGetsNoAnswerNamesItsLimit() throws Exception {
    try (FullBacklog deaf = FullBacklog.open()) {
      client =
          create(
              ModbusClientOptions.of(slave.scheme() + "://127.0.0.1:" + deaf.port())
                  .withConnectTimeout(SHORT));
      String text = failure(ModbusConnectException.class, client.readHolding(1, 0, 1)).getMessage();
      assertTrue(text.matches(".*no connection: connect got no answer within \\d+ ms"), text);
    }
  }

  @Test
  void connectionChangesAreToldInOrder() throws Exception {
    BlockingQueue<ConnectionState> states = new LinkedBlockingQueue<>();
    client.connectionHandler(states::add);
    slave.then((frame, peer) -> peer.close());
    failure(ModbusConnectionLostException.class, client.readHolding(1, 0, 1));
    assertWorks();
    slave.stop();
    ModbusException gone = failure(ModbusException.class, client.readHolding(1, 0, 1));
    assertEquals(new ConnectionState.Connected(), states.poll(5, TimeUnit.SECONDS));
    assertEquals(
        new ConnectionState.Lost(
            message("holding 0 lost its connection: closed by the other side")),
        states.poll(5, TimeUnit.SECONDS));
    assertEquals(new ConnectionState.Connected(), states.poll(5, TimeUnit.SECONDS));
    assertTrue(states.poll(5, TimeUnit.SECONDS) instanceof ConnectionState.Lost);
    if (gone instanceof ModbusConnectionLostException) {
      failure(ModbusConnectException.class, client.readHolding(1, 0, 1));
    }
    assertEquals(
        new ConnectionState.ConnectFailed("Connection refused"), states.poll(5, TimeUnit.SECONDS));
  }

  /// How many clients at once; more than there are carriers of virtual threads.
  int many() {
    return 40;
  }

  // Forty threads blocked in j2mod on two carriers must not keep each other from sending: the slave
  // answers nobody before all have asked.
  @Test
  void manyBlockedClientsDoNotDelayEachOther() throws Exception {
    int count = many();
    BlockingQueue<Runnable> answers = new LinkedBlockingQueue<>();
    slave.otherwise((frame, peer) -> answers.add(() -> slave.answer(frame, peer)));
    List<Future<Words>> reads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      reads.add(create(client.options()).readHolding(1, i, 1));
    }
    for (int i = 0; i < count; i++) {
      slave.nextFrame();
    }
    answers.forEach(Runnable::run);
    for (int i = 0; i < count; i++) {
      assertEquals(Words.of(1000 + i), await(reads.get(i)));
    }
  }
}
