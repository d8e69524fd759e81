package dev.voltbus.acquisition;

import dev.voltbus.contract.Device;
import dev.voltbus.simulator.ModbusServer;
import dev.voltbus.simulator.Profile;
import dev.voltbus.simulator.ProfileDevice;
import dev.voltbus.simulator.SimulatedDevice;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Simulated devices behind one Modbus TCP server, made from the register maps of the devices that
/// are read. Deploy it as a verticle.
final class TestingUnits extends VerticleBase {
  private final List<Device> devices;
  private volatile @Nullable ModbusServer server;

  TestingUnits(Device... devices) {
    this.devices = List.of(devices);
  }

  @Override
  public Future<?> start() {
    Map<Integer, SimulatedDevice> units = new HashMap<>();
    for (Device device : devices) {
      Profile profile = Profile.of("test", device.unit());
      units.put(device.unit(), new ProfileDevice(device.map(), profile).device());
    }
    return ModbusServer.start(vertx, ModbusServer.Transport.TCP, 0, units)
        .onSuccess(started -> server = started);
  }

  @Override
  public Future<?> stop() {
    return server().stop();
  }

  ModbusServer server() {
    return Objects.requireNonNull(server, "not started");
  }
}
