package dev.voltbus.mapping;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.voltbus.contract.Address;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.DevicePoll;
import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.Health;
import dev.voltbus.contract.LayoutReply;
import dev.voltbus.contract.LayoutRequest;
import dev.voltbus.contract.Link;
import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.RegisterBlock;
import dev.voltbus.contract.RegisterTable;
import dev.voltbus.contract.RequestAddress;
import dev.voltbus.contract.SingleProcessLeases;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.Wiring;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MappingVerticleTest {
  private static final Site SITE =
      new Site(
          "test",
          List.of(Link.to("bms", "tcp://127.0.0.1:1")),
          List.of(new Device("bms-1", "bms", 1, Fixtures.pack())),
          List.of());

  private final Vertx vertx = Vertx.vertx();
  private final Bus bus = Bus.over(vertx);
  private final LinkedBlockingQueue<DeviceSnapshot> snapshots = new LinkedBlockingQueue<>();
  private String deployment = "";

  @BeforeEach
  void deploy() throws Exception {
    TimeSource time = TimeSource.system();
    Wiring wiring =
        new Wiring(bus, new SingleProcessLeases(time), time, Metrics.none(), Health.none());
    bus.subscribe(Address.snapshots("test"), snapshots::add);
    deployment = vertx.deployVerticle(new MappingVerticle(SITE, wiring)).await();
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().await();
  }

  @Test
  void pollBecomesASnapshotWithItsEpochSequenceAndToken() throws Exception {
    bus.publish(Address.polls("test"), poll("bms-1", 1));

    DeviceSnapshot snapshot = next();
    assertEquals("bms-1", snapshot.device());
    assertEquals(7, snapshot.token());
    assertEquals(1234, snapshot.epoch());
    assertEquals(1, snapshot.sequence());
  }

  // A device of a newer configuration must not disturb those this node knows.
  @Test
  void pollOfAnUnknownDeviceIsDropped() throws Exception {
    bus.publish(Address.polls("test"), poll("other", 1));
    bus.publish(Address.polls("test"), poll("bms-1", 1));

    assertEquals("bms-1", next().device());
  }

  @Test
  void layoutIsAnsweredWhileTheLeaseIsHeldAndNotAfter() throws Exception {
    RequestAddress<LayoutRequest, LayoutReply> address = RequestAddress.layout("test", "bms-1");
    LayoutReply reply =
        bus.request(address, new LayoutRequest("bms-1"), Duration.ofSeconds(5)).await();
    assertEquals(Fixtures.pack(), reply.map());

    vertx.undeploy(deployment).await();

    assertThrows(
        ReplyException.class,
        () -> bus.request(address, new LayoutRequest("bms-1"), Duration.ofSeconds(5)).await());
  }

  private DeviceSnapshot next() throws InterruptedException, ExecutionException {
    DeviceSnapshot snapshot = snapshots.poll(10, TimeUnit.SECONDS);
    if (snapshot == null) {
      throw new AssertionError("no snapshot within 10 s");
    }
    return snapshot;
  }

  private static DevicePoll poll(String device, long sequence) {
    RegisterBlock block = RegisterBlock.read(RegisterTable.HOLDING, 36, new short[15], 1);
    return new DevicePoll(device, "fast", 7, 1234, sequence, 0, 3000, 4000, List.of(block));
  }
}
