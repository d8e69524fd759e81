package dev.voltbus.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A feed that fetches what was kept before it goes on with what arrives.
class CatchUpTest {
  private static final String SITE = "test";
  private static final String PUBLICATION = "local";
  private static final RegisterMap MAP = Samples.battery();
  private static final SnapshotLayout LAYOUT = SnapshotLayout.of(MAP);
  private static final Device DEVICE = new Device("bms-1", "bms", 1, MAP);

  private final Vertx vertx = Vertx.vertx();
  private final Bus bus = Bus.over(vertx);
  private final Context loop = vertx.getOrCreateContext();
  private final Map<String, PollMark> told = new HashMap<>();
  private final List<Long> taken = new ArrayList<>();
  private final AtomicLong duplicates = new AtomicLong();
  private final Promise<KeptReply> reply = Promise.promise();
  private final Promise<KeptRequest> asked = Promise.promise();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private static DeviceSnapshot snapshot(long sequence, long keptMillis) {
    return new DeviceSnapshot(
            DEVICE.name(),
            LAYOUT.id(),
            new PollMark(77, 1000, sequence),
            Samples.columns(LAYOUT.size(), LAYOUT.totalWords(), MAP.groups().size()),
            0)
        .keptFor(keptMillis);
  }

  private <T> T onLoop(Supplier<Future<T>> step) {
    Promise<T> done = Promise.promise();
    loop.runOnContext(now -> step.get().onComplete(done));
    return done.future().await();
  }

  private DeviceFeed feed() {
    Site site =
        new Site(SITE, List.of(Link.to("bms", "tcp://127.0.0.1:1")), List.of(DEVICE), List.of());
    DeviceFeed feed =
        new DeviceFeed(
            bus,
            SITE,
            List.of(DEVICE.name()),
            TimeSource.system(),
            new LayoutBook(vertx, bus, site),
            received -> taken.add(received.snapshot().sequence()),
            duplicates::addAndGet);
    onLoop(feed::start);
    return feed;
  }

  private void serve() {
    bus.serve(
            RequestAddress.keptSnapshots(SITE, DEVICE.name()),
            request -> {
              asked.tryComplete(request);
              return reply.future();
            })
        .ready()
        .await();
  }

  private void publish(long sequence) {
    onLoop(() -> {
      bus.publish(Address.snapshots(SITE), snapshot(sequence, 0));
      return Future.succeededFuture();
    });
  }

  private void answer(PollMark delivered, DeviceSnapshot... kept) {
    reply.complete(new KeptReply(DEVICE.name(), delivered, List.of(kept)));
  }

  @Test
  void whatWasKeptComesBeforeWhatArrivesMeanwhile() {
    serve();
    DeviceFeed feed = feed();
    Promise<Integer> caughtUp = Promise.promise();
    loop.runOnContext(now -> feed.catchUp(PUBLICATION, told::put).onComplete(caughtUp));
    assertEquals(
        new KeptRequest(DEVICE.name(), PUBLICATION, PollMark.NONE), asked.future().await());
    publish(4);
    PollMark first = new PollMark(77, 1000, 1);
    answer(first, snapshot(2, 2500), snapshot(3, 1500), snapshot(4, 500));
    assertEquals(3, caughtUp.future().await());
    publish(5);
    assertEquals(List.of(2L, 3L, 4L, 5L), onLoop(() -> Future.succeededFuture(taken)));
    assertEquals(Map.of(DEVICE.name(), first), told);
    assertEquals(1, duplicates.get());
  }

  // What was taken while it could not be sent comes again.
  @Test
  void whatIsThereAlreadyComesAgain() {
    serve();
    DeviceFeed feed = feed();
    publish(2);
    publish(3);
    answer(new PollMark(77, 1000, 1), snapshot(2, 2500), snapshot(3, 1500));
    assertEquals(2, onLoop(() -> feed.catchUp(PUBLICATION, told::put)));
    assertEquals(List.of(2L, 3L, 2L, 3L), onLoop(() -> Future.succeededFuture(taken)));
    assertEquals(0, duplicates.get());
  }

  @Test
  void whereNobodyAnswersItGoesOn() {
    DeviceFeed feed = feed();
    assertEquals(0, onLoop(() -> feed.catchUp(PUBLICATION, told::put)));
    publish(4);
    publish(4);
    publish(3);
    assertEquals(List.of(4L), onLoop(() -> Future.succeededFuture(taken)));
    assertEquals(2, duplicates.get());
  }
}
