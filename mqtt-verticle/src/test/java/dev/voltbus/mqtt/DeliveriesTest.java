package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.Address;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.Delivered;
import dev.voltbus.contract.Delivered.UpTo;
import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.Lease;
import dev.voltbus.contract.PollMark;
import dev.voltbus.contract.Shard;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a publication says of how far it is.
class DeliveriesTest {
  private final Vertx vertx = Vertx.vertx();
  private final Bus bus = Bus.over(vertx);
  private final BlockingQueue<Delivered> told = new LinkedBlockingQueue<>();
  private boolean isValid = true;
  private final Deliveries deliveries =
      new Deliveries(vertx, bus, Fixtures.SITE, "local", new Held());

  private final class Held implements Lease {
    @Override
    public Shard shard() {
      return new Shard(Shard.Kind.PUBLICATION, Fixtures.SITE, "local");
    }

    @Override
    public long token() {
      return 42;
    }

    @Override
    public boolean isValid() {
      return isValid;
    }
  }

  @BeforeEach
  void listen() {
    Await.result(bus.subscribe(Address.delivered(Fixtures.SITE), told::add).ready());
    deliveries.begin();
  }

  @AfterEach
  void close() {
    Await.result(vertx.close());
  }

  private static DeviceSnapshot snapshot(int sequence) {
    return Snapshots.charging().sequence(sequence).build();
  }

  private static PollMark mark(int sequence) {
    return PollMark.of(snapshot(sequence));
  }

  /// A poll of which one sample is stored.
  private Promise<Long> sample(int sequence) {
    Promise<Long> stored = Promise.promise();
    deliveries.taken(snapshot(sequence));
    deliveries.storing(stored.future());
    deliveries.close();
    return stored;
  }

  private UpTo next() throws InterruptedException {
    Delivered next = told.poll(15, TimeUnit.SECONDS);
    assertTrue(next != null, "nothing told");
    assertEquals("local", next.publication());
    assertEquals(42, next.token());
    assertEquals(1, next.devices().size());
    return next.devices().getFirst();
  }

  private static UpTo upTo(PollMark delivered, PollMark stored) {
    return new UpTo(Fixtures.DEVICE, delivered, stored);
  }

  @Test
  void aPollIsDeliveredWhenTheBrokerHasAllOfIt() throws Exception {
    Promise<Long> stored = Promise.promise();
    deliveries.taken(snapshot(1));
    deliveries.storing(Future.succeededFuture(7L));
    deliveries.storing(stored.future());
    deliveries.close();
    deliveries.acknowledged(7);
    assertFalse(deliveries.isDelivered(snapshot(1)));
    stored.complete(8L);
    assertEquals(upTo(PollMark.NONE, mark(1)), next());
    deliveries.acknowledged(8);
    assertTrue(deliveries.isDelivered(snapshot(1)));
    assertEquals(upTo(mark(1), mark(1)), next());
  }

  // What is told covers all before it.
  @Test
  void aLaterPollDoesNotOvertakeOneThatWaits() throws Exception {
    Promise<Long> first = sample(1);
    Promise<Long> second = sample(2);
    second.complete(8L);
    deliveries.acknowledged(8);
    assertFalse(deliveries.isDelivered(snapshot(2)));
    first.complete(7L);
    deliveries.acknowledged(7);
    assertTrue(deliveries.isDelivered(snapshot(2)));
    assertEquals(upTo(mark(2), mark(2)), next());
  }

  @Test
  void aPollOfWhichNothingIsToBeSentIsDelivered() throws Exception {
    deliveries.taken(snapshot(1));
    deliveries.close();
    assertEquals(upTo(mark(1), mark(1)), next());
  }

  // It is counted as lost where it got lost; nobody can send it again.
  @Test
  void whatCannotBeStoredDoesNotHoldUpTheRest() throws Exception {
    sample(1).fail("disk is full");
    assertEquals(upTo(mark(1), mark(1)), next());
  }

  @Test
  void whatIsSentWithoutBeingStoredIsAwaited() throws Exception {
    Promise<Void> sent = Promise.promise();
    deliveries.taken(snapshot(1));
    deliveries.sending(sent.future());
    deliveries.close();
    assertFalse(deliveries.isDelivered(snapshot(1)));
    sent.fail("connection lost");
    assertEquals(upTo(mark(1), mark(1)), next());
  }

  @Test
  void whatAFormerOwnerHasDeliveredIsKnown() {
    deliveries.known(Fixtures.DEVICE, mark(3));
    assertTrue(deliveries.isDelivered(snapshot(3)));
    assertFalse(deliveries.isDelivered(snapshot(4)));
  }

  // Another owner speaks now.
  @Test
  void afterTheLeaseNothingIsTold() {
    sample(1).complete(7L);
    isValid = false;
    deliveries.end();
    Promise<Void> over = Promise.promise();
    vertx.setTimer(2 * Deliveries.TOLD_EVERY_MILLIS, id -> over.complete());
    Await.result(over.future());
    assertEquals(List.of(), List.copyOf(told));
  }

  // An outage of days must not fill the memory.
  @Test
  void ofAVeryLongOutageOnlyTheEndIsTracked() {
    for (int i = 1; i <= 5_000; i++) {
      sample(i).complete((long) i);
    }
    assertEquals(Deliveries.MOST_STEPS, deliveries.awaited());
    for (int i = 1; i <= 5_000; i++) {
      deliveries.acknowledged(i);
    }
    assertTrue(deliveries.isDelivered(snapshot(5_000)));
  }
}
