package dev.voltbus.deploy;

import dev.voltbus.acquisition.AcquisitionVerticle;
import dev.voltbus.contract.Address;
import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.Quality;
import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.ReceivedSnapshot;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.Wiring;
import dev.voltbus.mapping.MappingVerticle;
import dev.voltbus.simulator.Fault;
import dev.voltbus.simulator.ModbusServer;
import dev.voltbus.simulator.Profile;
import dev.voltbus.simulator.ProfileDevice;
import dev.voltbus.simulator.SimulatedDevice;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.DoublePredicate;

/// A site of its own on a Vert.x shared with many others: two devices on one link, of which the
/// first will be faulty, and one on another link; acquisition and mapping; and somebody who looks
/// at the values as MQTT and the console do.
final class FaultScene {
  private static final List<String> DEVICES = List.of("faulty", "neighbour", "elsewhere");

  private final Vertx vertx;
  private final String name;
  private final Map<String, ReceivedSnapshot> last = new ConcurrentHashMap<>();
  private final Map<String, List<Long>> arrivals = new ConcurrentHashMap<>();
  private final Map<String, List<String>> troubles = new ConcurrentHashMap<>();
  private final Set<String> seenReasons = ConcurrentHashMap.newKeySet();
  private final Map<String, SnapshotLayout> layouts = new HashMap<>();
  private final ModbusServer first;
  private final ModbusServer second;
  private final Wiring wiring;
  private final Cast cast;
  private Site site;

  /// The devices of a scene.
  ///
  /// @param profile what each of them shows
  /// @param right whether a number shown as good can be the device's, by key
  record Cast(Profile profile, Map<String, DoublePredicate> right) {
    static final Cast STEADY =
        new Cast(
            Profile.of("probe", 1)
                .with("voltage", 52.8)
                .with("energy", 65_536)
                .with("temperature", -12.5),
            Map.of(
                "voltage", value -> value == 52.8,
                "energy", value -> value == 65_536,
                "temperature", value -> value == -12.5));
  }

  /// @param transport of the link with the faulty device
  FaultScene(
      Vertx vertx,
      Wiring wiring,
      String name,
      ModbusServer.Transport transport,
      Path config,
      Cast cast)
      throws Exception {
    this.vertx = vertx;
    this.wiring = wiring;
    this.name = name;
    this.cast = cast;
    this.site = load(config, transport, 1, 2);
    this.first = ModbusServer.start(vertx, transport, 0, Map.of(1, device(), 2, device())).await();
    this.second =
        ModbusServer.start(vertx, ModbusServer.Transport.TCP, 0, Map.of(1, device())).await();
    this.site = load(config, transport, first.port(), second.port());
    for (String device : DEVICES) {
      arrivals.put(device, new CopyOnWriteArrayList<>());
      troubles.put(device, new CopyOnWriteArrayList<>());
      layouts.put(device, SnapshotLayout.of(site.devices().getFirst().map()));
    }
  }

  private Site load(Path config, ModbusServer.Transport transport, int one, int two)
      throws ConfigException {
    Map<String, String> variables =
        Map.of(
            "SITE",
            name,
            "TYPE",
            cast.profile().device(),
            "SCHEME",
            transport.scheme(),
            "PORT_1",
            "" + one,
            "PORT_2",
            "" + two);
    return SiteFiles.load(config.resolve("site.yaml"), config, variables, unset -> null);
  }

  private SimulatedDevice device() {
    return new ProfileDevice(site.devices().getFirst().map(), cast.profile()).device();
  }

  void start() {
    wiring.bus().subscribe(Address.snapshots(name), this::see);
    vertx.deployVerticle(new MappingVerticle(site, wiring)).await();
    vertx.deployVerticle(new AcquisitionVerticle(site, wiring)).await();
  }

  private void see(DeviceSnapshot snapshot) {
    SnapshotLayout layout = layouts.get(snapshot.device());
    if (layout != null) {
      long now = wiring.time().monotonicNanos();
      last.put(snapshot.device(), new ReceivedSnapshot(snapshot, layout, now));
      arrivals.get(snapshot.device()).add(now);
      lookForWrongValues(snapshot, layout);
    }
  }

  /// Whatever goes wrong, a good value is the one the device has.
  private void lookForWrongValues(DeviceSnapshot snapshot, SnapshotLayout layout) {
    for (int i = 0; i < layout.size(); i++) {
      double value = snapshot.value(i);
      DoublePredicate right = cast.right().getOrDefault(layout.spec(i).key(), any -> true);
      if (snapshot.quality(i) == Quality.GOOD && !right.test(value)) {
        troubles.get(snapshot.device()).add(layout.spec(i).key() + " was shown as " + value);
      }
      seenReasons.add(snapshot.device() + " " + layout.spec(i).key() + " " + snapshot.reason(i));
    }
  }

  void arm(String fault) {
    first.fault(1, Fault.parse(fault));
  }

  void disarm() {
    first.fault(1, new Fault.None());
  }

  long struck() {
    return first.struck(1);
  }

  /// Cuts the connections to the faulty device's server.
  void cut() {
    first.dropConnections();
  }

  /// Connections that the faulty device's server has accepted so far, those it closed at once too.
  long connections() {
    return first.connections();
  }

  /// The port of the faulty device's server.
  int port() {
    return first.port();
  }

  /// Polls of a device that have arrived.
  int polls(String device) {
    return arrivals.get(device).size();
  }

  /// The worst quality among a device's values now.
  Quality worst(String device) {
    ReceivedSnapshot seen = last.get(device);
    return seen == null ? Quality.BAD : extreme(seen, true);
  }

  /// The best quality among a device's values now.
  Quality best(String device) {
    ReceivedSnapshot seen = last.get(device);
    return seen == null ? Quality.BAD : extreme(seen, false);
  }

  private Quality extreme(ReceivedSnapshot seen, boolean worst) {
    Quality extreme = null;
    for (int i = 0; i < seen.layout().size(); i++) {
      Quality now = seen.quality(i, wiring.time().monotonicNanos());
      boolean further =
          extreme == null || (worst ? now.compareTo(extreme) > 0 : now.compareTo(extreme) < 0);
      extreme = further ? now : extreme;
    }
    return extreme;
  }

  /// Why values of a device are not good now.
  List<String> reasons(String device) {
    ReceivedSnapshot seen = last.get(device);
    List<String> reasons = new ArrayList<>();
    for (int i = 0; seen != null && i < seen.layout().size(); i++) {
      long now = wiring.time().monotonicNanos();
      reasons.add(
          seen.quality(i, now) + " " + seen.reason(i, now) + " age " + seen.ageMillis(i, now));
    }
    return reasons;
  }

  /// Whether the faulty device's server can be reached.
  boolean isListening() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), first.port())) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /// Quality of one value of a device now.
  Quality quality(String device, String key) {
    ReceivedSnapshot seen = last.get(device);
    return seen == null
        ? Quality.BAD
        : seen.quality(seen.layout().indexOf(key), wiring.time().monotonicNanos());
  }

  /// Whether a value had this reason at any time.
  boolean wasSeen(String device, String key, QualityReason reason) {
    return seenReasons.contains(device + " " + key + " " + reason);
  }

  /// Wrong values that were shown as good.
  List<String> wrongValues() {
    List<String> wrong = new ArrayList<>();
    troubles.forEach((device, said) -> said.forEach(what -> wrong.add(device + ": " + what)));
    return wrong;
  }
}
