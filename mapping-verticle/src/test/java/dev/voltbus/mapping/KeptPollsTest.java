package dev.voltbus.mapping;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.Address;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.DevicePoll;
import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.Health;
import dev.voltbus.contract.KeptReply;
import dev.voltbus.contract.KeptRequest;
import dev.voltbus.contract.Link;
import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.PollMark;
import dev.voltbus.contract.RegisterBlock;
import dev.voltbus.contract.RegisterTable;
import dev.voltbus.contract.RequestAddress;
import dev.voltbus.contract.SingleProcessLeases;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.Wiring;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Whoever takes a device over fetches what its former owner may not have mapped.
class KeptPollsTest {
  private static final String DEVICE = "bms-1";
  private static final Site SITE =
      new Site(
          "test",
          List.of(Link.to("bms", "tcp://127.0.0.1:1")),
          List.of(new Device(DEVICE, "bms", 1, Fixtures.pack())),
          List.of());

  private final Vertx vertx = Vertx.vertx();
  private final Bus bus = Bus.over(vertx);
  private final BlockingQueue<DeviceSnapshot> snapshots = new LinkedBlockingQueue<>();
  private final Promise<KeptRequest> asked = Promise.promise();
  private final Promise<KeptReply> reply = Promise.promise();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private Future<String> deploy() {
    TimeSource time = TimeSource.system();
    Wiring wiring =
        new Wiring(bus, new SingleProcessLeases(time), time, Metrics.none(), Health.none());
    bus.subscribe(Address.snapshots(SITE.name()), snapshots::add).ready().await();
    return vertx.deployVerticle(new MappingVerticle(SITE, wiring));
  }

  private void serve() {
    bus.serve(
            RequestAddress.keptPolls(SITE.name(), DEVICE),
            request -> {
              asked.tryComplete(request);
              return reply.future();
            })
        .ready()
        .await();
  }

  private static DevicePoll poll(long sequence) {
    RegisterBlock block = RegisterBlock.read(RegisterTable.HOLDING, 36, new short[15], 1);
    return new DevicePoll(DEVICE, "fast", 7, 1234, sequence, 0, 3000, 4000, List.of(block));
  }

  private List<DeviceSnapshot> next(int count) throws InterruptedException {
    List<DeviceSnapshot> next = new ArrayList<>();
    while (next.size() < count) {
      DeviceSnapshot snapshot = snapshots.poll(10, TimeUnit.SECONDS);
      assertTrue(snapshot != null, "no snapshot within 10 s behind " + next);
      next.add(snapshot);
    }
    return next;
  }

  @Test
  void whatWasKeptIsMappedBeforeWhatArrivesMeanwhile() throws Exception {
    serve();
    Future<String> deployed = deploy();
    assertEquals(new KeptRequest(DEVICE, "", PollMark.NONE), asked.future().await());
    bus.publish(Address.polls(SITE.name()), poll(4));
    reply.complete(
        new KeptReply(
            DEVICE,
            new PollMark(7, 1234, 1),
            List.of(poll(2).keptFor(2500), poll(3).keptFor(1500), poll(4).keptFor(500))));
    deployed.await();
    bus.publish(Address.polls(SITE.name()), poll(5));
    List<DeviceSnapshot> mapped = next(4);
    assertEquals(List.of(2L, 3L, 4L, 5L), mapped.stream().map(DeviceSnapshot::sequence).toList());
    assertEquals(
        List.of(2500, 1500, 500, 0), mapped.stream().map(DeviceSnapshot::keptMillis).toList());
    assertTrue(mapped.getFirst().ageMillis(0) >= 2500, "an old value passes for a new one");
  }

  // What is mapped is kept in turn for whoever takes a publication over.
  @Test
  void theNewestSnapshotIsThereForWhoeverAsks() throws Exception {
    deploy().await();
    bus.publish(Address.polls(SITE.name()), poll(1));
    bus.publish(Address.polls(SITE.name()), poll(2));
    next(2);
    KeptReply kept =
        bus.request(
                RequestAddress.keptSnapshots(SITE.name(), DEVICE),
                new KeptRequest(DEVICE, "local", PollMark.NONE),
                Duration.ofSeconds(5))
            .await();
    assertEquals(
        List.of(2L),
        kept.messages().stream().map(each -> ((DeviceSnapshot) each).sequence()).toList());
  }

  @Test
  void whereNobodyAnswersTheMappingBegins() throws Exception {
    deploy().await();
    bus.publish(Address.polls(SITE.name()), poll(1));
    assertEquals(1, next(1).getFirst().sequence());
  }
}
