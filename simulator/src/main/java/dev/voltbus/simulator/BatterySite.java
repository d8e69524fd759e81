package dev.voltbus.simulator;

import dev.voltbus.simulator.SimulatedDevice.Table;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A simulated battery site on loopback: a TinyBMS pack (unit 170) with its inverter (unit 1)
/// behind one Modbus TCP server, a BYD-type battery (unit 21) behind another. Deploy it as a
/// verticle.
public final class BatterySite extends VerticleBase {
  public static final int TINYBMS_UNIT = TinyBms.UNIT;
  public static final int INVERTER_UNIT = Inverter.UNIT;
  public static final int BYD_UNIT = BydBattery.UNIT;

  private static final Duration STEP = Duration.ofMillis(200);
  private static final long SEED = 20_261_121;

  private final int packPort;
  private final int towerPort;
  private final ModbusServer.Transport transport;
  private final BatteryModel pack = new BatteryModel(PackType.TINYBMS, SEED, 0.62);
  private final BatteryModel tower = new BatteryModel(PackType.BYD, SEED + 1, 0.48);
  private final TinyBms tinyBms = new TinyBms(pack);
  private final Inverter inverter = new Inverter(pack);
  private final BydBattery byd = new BydBattery(tower);
  private final List<ModbusServer> servers = new ArrayList<>();
  private @Nullable ModbusServer packServer;
  private @Nullable ModbusServer towerServer;

  /// Modbus TCP on the given ports, 0 for any free one.
  public BatterySite(int packPort, int towerPort) {
    this(packPort, towerPort, ModbusServer.Transport.TCP);
  }

  public BatterySite(int packPort, int towerPort, ModbusServer.Transport transport) {
    this.packPort = packPort;
    this.towerPort = towerPort;
    this.transport = transport;
  }

  @Override
  public Future<?> start() {
    step();
    var _ = vertx.setPeriodic(STEP.toMillis(), tick -> step());
    Map<Integer, SimulatedDevice> onPackPort =
        Map.of(TINYBMS_UNIT, tinyBms.device(), INVERTER_UNIT, inverter.device());
    return serve(packPort, onPackPort)
        .onSuccess(server -> packServer = server)
        .compose(ready -> serve(towerPort, Map.of(BYD_UNIT, byd.device())))
        .onSuccess(server -> towerServer = server);
  }

  private Future<ModbusServer> serve(int port, Map<Integer, SimulatedDevice> devices) {
    return ModbusServer.start(vertx, transport, port, devices).onSuccess(servers::add);
  }

  @Override
  public Future<?> stop() {
    return Future.join(servers.stream().map(ModbusServer::stop).toList());
  }

  /// The server of the TinyBMS pack and its inverter.
  public ModbusServer packServer() {
    return Objects.requireNonNull(packServer, "not started");
  }

  /// The server of the BYD-type battery.
  public ModbusServer towerServer() {
    return Objects.requireNonNull(towerServer, "not started");
  }

  /// Holds words of the TinyBMS, the inverter or the BYD-type battery at what the caller says.
  ///
  /// @throws IllegalArgumentException if no device has this unit id
  public Future<Void> pin(int unit, int address, int... words) {
    SimulatedDevice device = device(unit);
    return onOwnContext(() -> device.pin(Table.HOLDING, address, words));
  }

  /// Lets the device's own words show again.
  public Future<Void> unpin(int unit, int address, int count) {
    SimulatedDevice device = device(unit);
    return onOwnContext(() -> device.unpin(Table.HOLDING, address, count));
  }

  /// Fixes the current of both batteries, positive when they charge; NaN brings the profile back.
  public Future<Void> fixCurrent(double ampere) {
    return onOwnContext(() -> {
      pack.fixCurrent(ampere);
      tower.fixCurrent(ampere);
    });
  }

  private SimulatedDevice device(int unit) {
    return switch (unit) {
      case TINYBMS_UNIT -> tinyBms.device();
      case INVERTER_UNIT -> inverter.device();
      case BYD_UNIT -> byd.device();
      default -> throw new IllegalArgumentException("no simulated device has unit id " + unit);
    };
  }

  private Future<Void> onOwnContext(Runnable action) {
    Promise<Void> done = Promise.promise();
    context.runOnContext(now -> {
      action.run();
      done.complete();
    });
    return done.future();
  }

  private void step() {
    pack.limit(
        Math.min(inverter.chargeLimitA(), tinyBms.chargeCutoffA()),
        Math.min(inverter.dischargeLimitA(), tinyBms.dischargeCutoffA()));
    pack.step(STEP);
    tower.step(STEP);
    tinyBms.step();
  }
}
