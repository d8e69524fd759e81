package dev.voltbus.simulator;

import dev.voltbus.simulator.SimulatedDevice.Table;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Many plain devices for load tests, each on a port of its own with unit id 1. Every holding
/// register shows the number of reads its device has answered plus its own address, so that every
/// poll changes every value. Deploy it as a verticle.
public final class LoadSite extends VerticleBase {
  public static final int UNIT = 1;

  private final int devices;
  private final int registers;
  private final List<ModbusServer> servers = new ArrayList<>();

  /// @param devices number of devices, 1..10000
  /// @param registers holding registers of each from address 0, 1..125
  public LoadSite(int devices, int registers) {
    if (devices < 1 || devices > 10_000 || registers < 1 || registers > 125) {
      throw new IllegalArgumentException(
          devices + " devices of " + registers + " registers; valid are 1..10000 of 1..125");
    }
    this.devices = devices;
    this.registers = registers;
  }

  @Override
  public Future<?> start() {
    List<Future<ModbusServer>> starts = new ArrayList<>();
    for (int i = 0; i < devices; i++) {
      starts.add(ModbusServer.start(vertx, ModbusServer.Transport.TCP, 0, Map.of(UNIT, device(i))));
    }
    return Future.all(starts).onSuccess(all -> starts.forEach(started -> add(started.result())));
  }

  /// A log of everything would cost more than the devices.
  private void add(ModbusServer server) {
    server.keepLog(0);
    servers.add(server);
  }

  private SimulatedDevice device(int number) {
    int[] reads = {0};
    Row all =
        Row.readOnly(
            0,
            registers,
            () -> {
              reads[0]++;
              int[] words = new int[registers];
              for (int i = 0; i < registers; i++) {
                words[i] = (reads[0] + i) & 0xFFFF;
              }
              return words;
            });
    return new SimulatedDevice("load-" + number, 3, 4)
        .readable(Table.HOLDING, 0, registers - 1)
        .readable(Table.INPUT, 0, registers - 1)
        .with(Table.HOLDING, all)
        .with(Table.INPUT, all);
  }

  /// The ports, one for each device.
  public List<Integer> ports() {
    return servers.stream().map(ModbusServer::port).toList();
  }

  ModbusServer server(int index) {
    return servers.get(index);
  }

  /// Requests that device number `index` has got.
  public long requests(int index) {
    return servers.get(index).requests(UNIT);
  }

  @Override
  public Future<?> stop() {
    return Future.join(servers.stream().map(ModbusServer::stop).toList());
  }
}
