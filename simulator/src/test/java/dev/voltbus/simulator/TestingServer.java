package dev.voltbus.simulator;

import static dev.voltbus.simulator.TestingSite.await;

import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.RawRange;
import dev.voltbus.contract.ReadLimits;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.WireType;
import dev.voltbus.simulator.ModbusServer.Transport;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// A server with two small devices, units 1 and 2, in a Vert.x of its own.
///
/// Each shows at holding 0 the number of its reads so far, at 2..3 a number that crosses the
/// boundary of its words at every read, at 10 a setting; the gap between them reads 0.
final class TestingServer implements AutoCloseable {
  static final int UNIT = 1;
  static final int OTHER = 2;
  static final int READS = 0;
  static final int CROSSING = 2;
  static final int SETTING = 10;

  private final Vertx vertx = Vertx.vertx();
  private final ModbusServer server;

  private TestingServer(Endpoint endpoint) {
    this.server =
        await(
            ModbusServer.start(
                vertx, endpoint, Map.of(UNIT, device("one"), OTHER, device("other"))));
  }

  static TestingServer start(Endpoint endpoint) {
    return new TestingServer(endpoint);
  }

  static TestingServer start(Transport transport) {
    return new TestingServer(Endpoint.loopback(transport, 0));
  }

  static RegisterMap map(String name) {
    return new RegisterMap(
        name,
        List.of(
            RegisterSpec.of("reads", WireSource.holding(READS, WireType.U16)),
            RegisterSpec.of("crossing", WireSource.holding(CROSSING, WireType.U32)),
            RegisterSpec.of("setting", WireSource.holding(SETTING, WireType.U16))
                .writable(new RawRange(0L, 1000L, 500L))),
        List.of(PollGroup.every(RegisterSpec.DEFAULT_GROUP, Duration.ofSeconds(1))),
        new ReadLimits(125, 10));
  }

  private static SimulatedDevice device(String name) {
    Profile profile =
        Profile.of(name, UNIT)
            .with("reads", new Signal.Steps(List.of(0.0, 1.0, 2.0, 3.0), Duration.ZERO))
            .with("crossing", new Signal.Steps(List.of(65535.0, 65536.0), Duration.ZERO));
    return new ProfileDevice(map(name), profile).device();
  }

  ModbusServer server() {
    return server;
  }

  @Override
  public void close() {
    await(vertx.close());
  }
}
