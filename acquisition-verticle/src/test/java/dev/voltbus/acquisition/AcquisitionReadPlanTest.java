package dev.voltbus.acquisition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.DeviceReadPlan;
import dev.voltbus.contract.ReadLimits;
import dev.voltbus.contract.RegisterTable;
import dev.voltbus.simulator.Fault;
import dev.voltbus.simulator.ModbusServer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What others are told of how a device is read, with the simulator as the device.
class AcquisitionReadPlanTest {
  private static final Duration PERIOD = Duration.ofMillis(50);
  private static final int UNIT = 5;

  private static final Set<DeviceReadPlan.Standing> SILENT =
      Set.of(DeviceReadPlan.Standing.SUSPECT, DeviceReadPlan.Standing.LOST);

  private final TestingAcquisition acquisition = new TestingAcquisition();

  @AfterEach
  void close() {
    acquisition.close();
  }

  /// Registers at holding 10, 11, 12 and 20.
  private static Device meter() {
    return new Device(
        "meter",
        "bms",
        UNIT,
        Fixtures.map(
            PERIOD,
            new ReadLimits(100, 16),
            Fixtures.holding(10),
            Fixtures.holding(11),
            Fixtures.holding(12),
            Fixtures.holding(20)));
  }

  private ModbusServer serve(Fault... faults) {
    ModbusServer server = acquisition.world(new TestingUnits(meter())).server();
    server.fault(UNIT, faults);
    acquisition.deploy(Fixtures.site(server.url(), meter()));
    return server;
  }

  private static List<String> places(DeviceReadPlan plan) {
    return plan.groups().stream()
        .flatMap(group -> group.requests().stream())
        .map(request -> request.address() + "+" + request.count() + " " + request.reason())
        .toList();
  }

  // A plan that was learned could so far only be guessed from log lines.
  @Test
  void aRefusedRegisterIsToldByNameAndReasonAndIsGoneOnceItAnswers() {
    ModbusServer server = serve(new Fault.Touching(11, 11, new Fault.Exceptional(2)));

    DeviceReadPlan without = acquisition.nextPlan(plan -> !plan.leftOut().isEmpty());
    server.fault(UNIT, new Fault.None());
    DeviceReadPlan whole = acquisition.nextPlan(plan -> plan.leftOut().isEmpty());

    DeviceReadPlan.LeftOut place = without.leftOut().getFirst();
    assertEquals(List.of("register_1"), place.keys());
    assertEquals(RegisterTable.HOLDING, place.table());
    assertEquals(11, place.address());
    assertTrue(place.reason().contains("exception 2 (illegal data address)"), place.reason());
    assertTrue(place.refusals() >= 1, place.toString());
    assertEquals(
        List.of("10+1 a register behind it is left out", "12+9 ends with the last register"),
        places(without));
    assertEquals(List.of("10+11 ends with the last register"), places(whole));
    assertEquals(DeviceReadPlan.Standing.ANSWERING, whole.standing());
    assertTrue(whole.sequence() > without.sequence(), whole.toString());
  }

  @Test
  void aGapThatIsRefusedIsToldBesideTheConfiguredOne() {
    serve(new Fault.GapReads());

    DeviceReadPlan plan = acquisition.nextPlan(told -> told.limits().doubtedInMillis() > 0);

    assertEquals(16, plan.limits().configuredGap());
    assertTrue(plan.limits().largestGap() < 8, plan.toString());
    assertEquals(100, plan.limits().largestBlock());
    assertEquals("10+3 gap of 7 word(s), at most 3 bridged", places(plan).getFirst());
  }

  @Test
  void aDeviceThatFallsSilentAndReturnsIsToldToBe() {
    ModbusServer server = serve();
    acquisition.nextPlan(plan -> plan.standing() == DeviceReadPlan.Standing.ANSWERING);

    server.fault(UNIT, new Fault.Exceptional(11));
    acquisition.nextPlan(plan -> SILENT.contains(plan.standing()));
    server.fault(UNIT, new Fault.None());
    acquisition.nextPlan(plan -> plan.standing() == DeviceReadPlan.Standing.ANSWERING);
  }

  // The bus is not for what everybody knows already: some sites poll a thousand times a minute.
  @Test
  void pollsThatBringNothingNewAreNoNews() {
    serve();
    acquisition.nextPlan(plan -> plan.standing() == DeviceReadPlan.Standing.ANSWERING);

    acquisition.nextPolls(30, "meter");

    assertTrue(acquisition.waitingPlans() <= 1, "at most the repetition after 10 s");
  }
}
