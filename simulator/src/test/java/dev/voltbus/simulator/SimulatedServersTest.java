package dev.voltbus.simulator;

import static dev.voltbus.simulator.TestingSite.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.ReadLimits;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.WireType;
import dev.voltbus.simulator.ModbusServer.Transport;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SimulatedServersTest {
  private static final int BMS = 170;

  private static SimulatedServers.Unit modelled(String model, int unit) {
    RegisterMap map =
        new RegisterMap(
            model,
            List.of(RegisterSpec.of("status", WireSource.holding(50, WireType.U16))),
            List.of(PollGroup.every(RegisterSpec.DEFAULT_GROUP, Duration.ofSeconds(1))),
            ReadLimits.MODBUS);
    Profile profile =
        new Profile(model, unit, model, Map.of(), List.of(), Map.of(), Set.of(), 125, List.of());
    return new SimulatedServers.Unit(unit, map, profile);
  }

  private static SimulatedServers.Server serving(SimulatedServers.Unit... units) {
    return new SimulatedServers.Server(Endpoint.loopback(Transport.TCP, 0), Arrays.asList(units));
  }

  private static TestingSite<SimulatedServers> start(SimulatedServers.Server... servers) {
    return TestingSite.start(new SimulatedServers(Arrays.asList(servers)));
  }

  // Contract tinybms, registers 323 and 328: 0.002 % a step.
  @Test
  void stateOfHealthAndOfChargeFollowWhatIsWritten() throws IOException {
    try (TestingSite<SimulatedServers> site = start(serving(modelled("tinybms", BMS)));
        TestingWire wire = TestingWire.to(site.site().servers().getFirst())) {
      wire.ask(BMS, TestingWire.writing(323, 45_000));
      wire.ask(BMS, TestingWire.writing(328, 20_000));
      assertArrayEquals(new int[] {45_000}, wire.read(BMS, 45, 1));
      int[] soc = wire.read(BMS, 46, 2);
      assertEquals(40.0, (soc[0] | soc[1] << 16) / 1e6, 0.1);
    }
  }

  // Contract tinybms, column map `bridge`: one word each.
  @Test
  void theBridgeVariantHasItsLiveValuesInOneWordEach() throws IOException {
    try (TestingSite<SimulatedServers> site =
            start(serving(modelled("tinybms", BMS), modelled("tinybms-bridge", 1)));
        TestingWire wire = TestingWire.to(site.site().servers().getFirst())) {
      wire.ask(1, TestingWire.writing(328, 20_000));
      wire.ask(1, TestingWire.writing(323, 45_000));
      int[] live = wire.read(1, 36, 12);
      assertTrue(live[0] > 4000 && live[0] < 6000, "36: " + live[0] + " x 0.01 V");
      assertTrue(Math.abs((short) live[2]) < 1500, "38: " + live[2] + " x 0.1 A");
      assertEquals(900, live[9]);
      assertEquals(400, live[10], 1);
    }
  }

  // A device of the second server must not answer on the first.
  @Test
  void eachServerHasItsOwnDevicesAndPhysics() throws IOException {
    try (TestingSite<SimulatedServers> site =
            start(
                serving(modelled("tinybms", BMS), modelled("inverter", 1)),
                serving(modelled("byd", 21), modelled("tinybms", BMS)));
        TestingWire first = TestingWire.to(site.site().servers().getFirst());
        TestingWire second = TestingWire.to(site.site().servers().getLast())) {
      first.ask(BMS, TestingWire.writing(328, 5_000));
      assertTrue(second.read(BMS, 47, 1)[0] > 500, "the other pack is at 62 %");
      assertArrayEquals(TestingWire.hex("83 0B"), first.ask(21, TestingWire.pdu(3, 100, 1)));
      assertArrayEquals(new int[] {0x5349}, second.read(21, 100, 1));
      assertArrayEquals(new int[] {1000}, first.read(1, 0, 1));
    }
  }

  @Test
  void aRegisterOfAModelIsHeldAtWhatItIsSetTo() throws IOException {
    try (TestingSite<SimulatedServers> site = start(serving(modelled("tinybms", BMS)));
        TestingWire wire = TestingWire.to(site.site().servers().getFirst())) {
      await(site.site().set(0, BMS, "status", new Signal.Fixed(0x9B)));
      assertArrayEquals(new int[] {0x9B}, wire.read(BMS, 50, 1));
      assertThrows(
          IllegalArgumentException.class,
          () -> await(site.site().set(0, BMS, "voltage", new Signal.Fixed(1))));
    }
  }
}
