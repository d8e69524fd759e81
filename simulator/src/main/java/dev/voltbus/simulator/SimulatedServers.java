package dev.voltbus.simulator;

import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.WireSource;
import dev.voltbus.simulator.SimulatedDevice.Table;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Simulated devices on one or more servers, each made of a device file and a profile. Deploy it as
/// a verticle.
///
/// Devices of a physical model on one server share a battery: an inverter there charges and
/// discharges the pack of the TinyBMS beside it.
public final class SimulatedServers extends VerticleBase {
  private static final Duration STEP = Duration.ofMillis(200);
  private static final long SEED = 20_261_121;

  /// A device behind a unit id.
  public record Unit(int unit, RegisterMap map, Profile profile) {}

  /// A server with its devices.
  public record Server(Endpoint endpoint, List<Unit> units) {
    public Server {
      units = List.copyOf(units);
    }
  }

  private final List<Server> wanted;
  private final List<ModbusServer> servers = new ArrayList<>();
  private final List<Map<Integer, Handle>> handles = new ArrayList<>();
  private final List<Runnable> steps = new ArrayList<>();

  public SimulatedServers(List<Server> wanted) {
    this.wanted = List.copyOf(wanted);
  }

  @Override
  public Future<?> start() {
    Future<?> started = Future.succeededFuture();
    for (Server server : wanted) {
      started = started.compose(ready -> serve(server));
    }
    var _ = vertx.setPeriodic(STEP.toMillis(), tick -> steps.forEach(Runnable::run));
    return started;
  }

  private Future<ModbusServer> serve(Server server) {
    Map<Integer, Handle> made = new LinkedHashMap<>();
    Models models = new Models();
    server.units().forEach(unit -> made.put(unit.unit(), handle(unit, models)));
    steps.add(models::step);
    models.step();
    Map<Integer, SimulatedDevice> devices = new HashMap<>();
    made.forEach((unit, handle) -> devices.put(unit, handle.device));
    return ModbusServer.start(vertx, server.endpoint(), devices)
        .recover(why -> Future.failedFuture(new IOException(place(server) + why.getMessage(), why)))
        .onSuccess(started -> {
          made.forEach((unit, handle) -> started.quirks(unit, handle.unit.profile().quirks()));
          handles.add(made);
          servers.add(started);
        });
  }

  private static String place(Server server) {
    return server.endpoint().url(server.endpoint().port()) + ": ";
  }

  private static Handle handle(Unit unit, Models models) {
    if (!unit.profile().model().isEmpty()) {
      return new Handle(unit, models.device(unit.profile().model()), null);
    }
    ProfileDevice device = new ProfileDevice(unit.map(), unit.profile());
    return new Handle(unit, device.device(), device);
  }

  /// The servers in the order they were asked for.
  public List<ModbusServer> servers() {
    return List.copyOf(servers);
  }

  /// Shows something else in a register from now on.
  ///
  /// @param server index of the server
  /// @throws IllegalArgumentException naming the key and the value, if the register does not exist
  ///   or cannot hold it
  public Future<Void> set(int server, int unit, String key, Signal signal) {
    Handle handle = handles.get(server).get(unit);
    if (handle == null) {
      throw new IllegalArgumentException("nobody has unit " + unit);
    }
    ProfileDevice.check(handle.unit.map(), key, signal);
    Promise<Void> done = Promise.promise();
    context.runOnContext(now -> {
      handle.set(key, signal);
      done.complete();
    });
    return done.future();
  }

  @Override
  public Future<?> stop() {
    return Future.join(servers.stream().map(ModbusServer::stop).toList());
  }

  /// A device and how its values are set.
  private record Handle(Unit unit, SimulatedDevice device, @Nullable ProfileDevice profiled) {

    /// A register of a physical model is held at the number.
    void set(String key, Signal signal) {
      if (profiled != null) {
        profiled.set(key, signal);
        return;
      }
      unit.map().registers().stream()
          .filter(spec -> spec.key().equals(key))
          .findFirst()
          .ifPresent(spec -> {
            WireSource wire = (WireSource) spec.source();
            device.pin(
                Table.valueOf(wire.table().name()),
                wire.address(),
                new ShownRegister(spec, signal).words(0));
          });
    }
  }

  /// The physical models of one server.
  private static final class Models {
    private @Nullable BatteryModel pack;
    private @Nullable BatteryModel tower;
    private @Nullable TinyBms tinyBms;
    private @Nullable Inverter inverter;

    SimulatedDevice device(String model) {
      return switch (model) {
        case "tinybms" -> tinyBms(TinyBms.Variant.REV_D);
        case "tinybms-bridge" -> tinyBms(TinyBms.Variant.BRIDGE);
        case "inverter" -> inverter();
        case "byd" -> new BydBattery(tower()).device();
        default -> throw new IllegalArgumentException("`" + model + "` is no physical model");
      };
    }

    private SimulatedDevice tinyBms(TinyBms.Variant variant) {
      TinyBms made = new TinyBms(pack(), variant);
      tinyBms = made;
      return made.device();
    }

    private SimulatedDevice inverter() {
      Inverter made = new Inverter(pack());
      inverter = made;
      return made.device();
    }

    private BatteryModel pack() {
      if (pack == null) {
        pack = new BatteryModel(PackType.TINYBMS, SEED, 0.62);
      }
      return pack;
    }

    private BatteryModel tower() {
      if (tower == null) {
        tower = new BatteryModel(PackType.BYD, SEED + 1, 0.48);
      }
      return tower;
    }

    void step() {
      double charge = Double.MAX_VALUE;
      double discharge = Double.MAX_VALUE;
      if (inverter != null) {
        charge = inverter.chargeLimitA();
        discharge = inverter.dischargeLimitA();
      }
      if (tinyBms != null) {
        charge = Math.min(charge, tinyBms.chargeCutoffA());
        discharge = Math.min(discharge, tinyBms.dischargeCutoffA());
      }
      if (pack != null) {
        pack.limit(charge, discharge);
        pack.step(STEP);
      }
      if (tower != null) {
        tower.step(STEP);
      }
      if (tinyBms != null) {
        tinyBms.step();
      }
    }
  }
}
