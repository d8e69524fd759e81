package dev.voltbus.deploy;

import dev.voltbus.acquisition.AcquisitionVerticle;
import dev.voltbus.contract.Address;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.DevicePoll;
import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.Health;
import dev.voltbus.contract.Link;
import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.RegisterBlock;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterValue;
import dev.voltbus.contract.SingleProcessLeases;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.Wiring;
import dev.voltbus.mapping.MappingVerticle;
import dev.voltbus.simulator.ModbusServer;
import dev.voltbus.simulator.SimulatedDevice;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// One poll of each group of a device, from the simulator over Modbus TCP through acquisition and
/// mapping.
///
/// @param blocks what was read, one for each request
/// @param values what it means, by key
record LibraryRun(List<RegisterBlock> blocks, Map<String, RegisterValue> values) {
  private static final String SITE = "library";
  private static final long PATIENCE_SECONDS = 30;

  static LibraryRun of(RegisterMap map, int unit, SimulatedDevice simulated) throws Exception {
    Vertx vertx = Vertx.vertx();
    try {
      ModbusServer server =
          ModbusServer.start(vertx, ModbusServer.Transport.TCP, 0, Map.of(unit, simulated)).await();
      Device device = new Device("d", "l", unit, map);
      Site site = new Site(SITE, List.of(patient(server.url())), List.of(device), List.of());
      return run(vertx, site, map);
    } finally {
      vertx.close().await();
    }
  }

  /// The first request of a cold process on a busy machine may take long.
  private static Link patient(String url) {
    Link usual = Link.to("l", url);
    Duration patience = Duration.ofSeconds(PATIENCE_SECONDS);
    return new Link("l", url, patience, patience, usual.reconnectMin(), usual.reconnectMax());
  }

  private static LibraryRun run(Vertx vertx, Site site, RegisterMap map) throws Exception {
    TimeSource time = TimeSource.system();
    Bus bus = Bus.over(vertx);
    Wiring wiring =
        new Wiring(bus, new SingleProcessLeases(time), time, Metrics.none(), Health.none());
    LinkedBlockingQueue<DevicePoll> polls = new LinkedBlockingQueue<>();
    LinkedBlockingQueue<DeviceSnapshot> snapshots = new LinkedBlockingQueue<>();
    bus.subscribe(Address.polls(SITE), polls::add).ready().await();
    bus.subscribe(Address.snapshots(SITE), snapshots::add).ready().await();
    vertx.deployVerticle(new MappingVerticle(site, wiring)).await();
    vertx.deployVerticle(new AcquisitionVerticle(site, wiring)).await();
    Map<String, DevicePoll> byGroup = new HashMap<>();
    long last = 0;
    while (byGroup.size() < map.groups().size()) {
      DevicePoll poll = next(polls, "poll of the groups beside " + byGroup.keySet());
      last = poll.sequence();
      byGroup.putIfAbsent(poll.group(), poll);
    }
    DeviceSnapshot snapshot = next(snapshots, "snapshot");
    while (snapshot.sequence() < last) {
      snapshot = next(snapshots, "snapshot " + last);
    }
    List<RegisterBlock> blocks = new ArrayList<>();
    byGroup.values().forEach(poll -> blocks.addAll(poll.blocks()));
    return new LibraryRun(blocks, GoldenWords.values(snapshot, map, time));
  }

  private static <T> T next(LinkedBlockingQueue<T> queue, String what) throws InterruptedException {
    T item = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (item == null) {
      throw new AssertionError("no " + what + " within " + PATIENCE_SECONDS + " s");
    }
    return item;
  }
}
