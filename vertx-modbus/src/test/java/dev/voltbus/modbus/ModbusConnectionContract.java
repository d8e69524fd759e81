package dev.voltbus.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.modbus.ModbusRequest.ReadHolding;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// How a [ModbusClient] queues, closes and uses threads, on every transport.
abstract class ModbusConnectionContract extends ModbusClientSetup {
  // ---- the queue

  @Test
  void oneRequestIsOutstandingAtATime() throws Exception {
    AtomicInteger outstanding = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    slave.otherwise((frame, peer) -> {
      most.accumulateAndGet(outstanding.incrementAndGet(), Math::max);
      vertx.setTimer(
          5,
          id -> {
            outstanding.decrementAndGet();
            slave.answer(frame, peer);
          });
    });
    List<Future<Words>> reads = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      reads.add(client.readHolding(1, i, 1));
    }
    for (int i = 0; i < 20; i++) {
      assertEquals(Words.of(1000 + i), await(reads.get(i)));
    }
    assertEquals(1, most.get());
  }

  @Test
  void writesOvertakeReads() throws Exception {
    Runnable gate = slave.thenHold();
    Future<Words> first = client.readHolding(1, 0, 1);
    assertEquals("3@0", slave.nextFrame().brief());
    Future<?> rest =
        Future.all(
            client.readHolding(1, 1, 1),
            client.writeRegister(1, 100, 1),
            client.readHolding(1, 2, 1),
            client.writeRegister(1, 101, 1));
    gate.run();
    await(first);
    await(rest);
    List<String> order = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      order.add(slave.nextFrame().brief());
    }
    assertEquals(List.of("6@100", "6@101", "3@1", "3@2"), order);
  }

  // A lease may be lost while the write waits for the request before it.
  @Test
  void writeWhosePermissionIsWithdrawnInTheQueueIsNeverSent() throws Exception {
    AtomicBoolean permitted = new AtomicBoolean(true);
    Runnable gate = slave.thenHold();
    Future<Words> first = client.readHolding(1, 0, 1);
    slave.nextFrame();
    ModbusRequest.WriteRegister write = new ModbusRequest.WriteRegister(1, 9, 1);
    Future<Void> waiting = client.write(write, Duration.ofSeconds(5), permitted::get);
    permitted.set(false);
    gate.run();
    await(first);
    ModbusDeadlineException withdrawn = failure(ModbusDeadlineException.class, waiting);
    assertEquals(
        message("write holding 9 not sent, the permission was withdrawn while it waited"),
        withdrawn.getMessage());
    assertFalse(withdrawn.isSent());
    await(client.write(write, Duration.ofSeconds(5), () -> true));
    assertEquals("6@9", slave.nextFrame().brief());
    assertEquals(0, slave.framesLeft());
  }

  @Test
  void requestWhoseDeadlinePassesInTheQueueIsNeverSent() throws Exception {
    Runnable gate = slave.thenHold();
    Future<Words> first = client.readHolding(1, 0, 1);
    slave.nextFrame();
    ModbusDeadlineException late =
        failure(
            ModbusDeadlineException.class,
            client.write(new ModbusRequest.WriteRegister(1, 9, 1), Duration.ofMillis(30)));
    assertEquals(
        message("write holding 9 not sent, its deadline of 30 ms passed while it waited"),
        late.getMessage());
    assertFalse(late.isSent());
    assertFalse(first.isComplete());
    gate.run();
    assertEquals(Words.of(1000), await(first));
    assertWorks();
    assertEquals("3@700", slave.nextFrame().brief());
    assertEquals(0, slave.framesLeft());
    assertEquals(1, client.counters().expired());
  }

  @Test
  void fullQueueRefusesAndCountsButLetsWritesIn() throws Exception {
    client = renew(client.options().withQueueBound(2));
    Runnable gate = slave.thenHold();
    List<Future<?>> taken = new ArrayList<>();
    taken.add(client.readHolding(1, 0, 1));
    slave.nextFrame();
    taken.add(client.readHolding(1, 1, 1));
    taken.add(client.readHolding(1, 2, 1));
    ModbusOverloadException overload =
        failure(ModbusOverloadException.class, client.readHolding(1, 3, 1));
    assertEquals(message("holding 3 not sent, 2 requests wait already"), overload.getMessage());
    taken.add(client.writeRegister(1, 50, 1));
    gate.run();
    await(Future.all(taken));
    assertEquals(new ModbusCounters(4, 4, 0, 1, 1, 0, 0, 0, 0, 0), client.counters());
  }

  // ---- closing

  @Test
  void closeFailsWhatWaitsAndLetsTheOutstandingFinish() throws Exception {
    Runnable gate = slave.thenHold();
    Future<Words> outstanding = client.readHolding(1, 0, 1);
    slave.nextFrame();
    Future<Words> waiting = client.readHolding(1, 1, 1);
    Future<Void> closed = client.close();
    ModbusClosedException refusal = failure(ModbusClosedException.class, waiting);
    assertEquals(message("holding 1 not sent, client closed"), refusal.getMessage());
    failure(ModbusClosedException.class, client.readHolding(1, 2, 1));
    assertFalse(closed.isComplete());
    gate.run();
    assertEquals(Words.of(1000), await(outstanding));
    await(closed);
    assertEquals(0, slave.framesLeft());
  }

  @Test
  void closeDoesNotWaitLongerThanTheDefaultDeadline() throws Exception {
    client = renew(client.options().withRequestTimeout(SHORT));
    slave.thenStaySilent();
    Future<Words> outstanding = client.read(new ReadHolding(1, 0, 1), LONG);
    slave.nextFrame();
    await(client.close());
    ModbusClosedException cut = failure(ModbusClosedException.class, outstanding);
    assertEquals(message("holding 0 got no answer, client closed"), cut.getMessage());
    assertTrue(cut.isSent());
  }

  @Test
  void idleClientClosesAtOnceAndTwice() throws Exception {
    assertWorks();
    Future<Void> first = client.close();
    await(client.close());
    await(first);
  }

  // ---- threads

  @Test
  void resultsArriveOnTheCallersContext() throws Exception {
    slave.thenRefuse(2);
    for (int i = 0; i < 2; i++) {
      Context caller = vertx.getOrCreateContext();
      Promise<Context> seen = Promise.promise();
      caller.runOnContext(v ->
          client.readHolding(1, 0, 1).onComplete(words -> seen.complete(Vertx.currentContext())));
      assertSame(caller, await(seen.future()));
    }
  }
}
