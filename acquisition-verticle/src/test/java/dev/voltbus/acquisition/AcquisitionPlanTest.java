package dev.voltbus.acquisition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.DevicePoll;
import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.ReadLimits;
import dev.voltbus.contract.RegisterBlock;
import dev.voltbus.contract.WireSource;
import dev.voltbus.simulator.Fault;
import dev.voltbus.simulator.ModbusServer;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What is learned from devices that refuse, with the simulator as the device.
class AcquisitionPlanTest {
  private static final Duration PERIOD = Duration.ofMillis(50);
  private static final int UNIT = 5;

  private final TestingAcquisition acquisition = new TestingAcquisition();

  @AfterEach
  void close() {
    acquisition.close();
  }

  /// Registers register_0 at holding 100 to register_39 at holding 139.
  private static Device forty() {
    WireSource[] places =
        IntStream.range(100, 140).mapToObj(Fixtures::holding).toArray(WireSource[]::new);
    return Fixtures.device("meter", UNIT, PERIOD, places);
  }

  private ModbusServer serve(Device device, Fault... faults) {
    ModbusServer server = acquisition.world(new TestingUnits(device)).server();
    server.fault(UNIT, faults);
    acquisition.deploy(Fixtures.site(server.url(), device));
    return server;
  }

  private static List<String> places(DevicePoll poll, QualityReason reason) {
    return poll.blocks().stream()
        .filter(block -> block.reason() == reason)
        .map(block ->
            block.count() == 1
                ? "" + block.address()
                : block.address() + ".." + (block.address() + block.count() - 1))
        .toList();
  }

  private static int wordsRead(DevicePoll poll) {
    return poll.blocks().stream()
        .filter(RegisterBlock::isRead)
        .mapToInt(RegisterBlock::count)
        .sum();
  }

  // Pains A1: one address that a firmware does not have must not cost its neighbours anything, not
  // even in the poll that finds it.
  @Test
  void oneBadRegisterCostsOnlyItself() {
    ModbusServer server = serve(forty(), new Fault.Touching(117, 117, new Fault.Exceptional(2)));

    for (DevicePoll poll : acquisition.nextPolls(8, "meter")) {
      assertEquals(39, wordsRead(poll));
      assertEquals(List.of("117"), places(poll, QualityReason.REFUSED));
    }
    DevicePoll later = acquisition.nextPolls(1, "meter").getFirst();
    assertEquals(List.of("100..116", "118..139"), places(later, QualityReason.NONE));
    String failure = later.blocks().get(1).failure();
    assertTrue(failure.contains("register_17 (holding 117)"), failure);
    assertTrue(failure.contains("exception 2 (illegal data address)"), failure);
    long told = acquisition.logged().stream().filter(line -> line.contains("register_17")).count();
    assertEquals(1, told, () -> acquisition.logged().toString());
    assertEquals("up", acquisition.health().parts().get("device meter"));
    assertEquals(1, server.connections());
  }

  @Test
  void aRegisterThatAnswersAgainIsBackInItsBlock() {
    ModbusServer server = serve(forty(), new Fault.Touching(117, 117, new Fault.Exceptional(2)));
    acquisition.nextPoll(poll -> places(poll, QualityReason.REFUSED).equals(List.of("117")));

    server.fault(UNIT, new Fault.None());

    acquisition.nextPoll(poll -> places(poll, QualityReason.NONE).equals(List.of("100..139")));
    acquisition.until(
        "it is told",
        () -> acquisition.logged().contains("device=meter holding 117 is read again"));
  }

  @Test
  void severalBadRegistersAreAllFound() {
    serve(
        forty(),
        new Fault.Touching(100, 100, new Fault.Exceptional(2)),
        new Fault.Touching(120, 122, new Fault.Exceptional(3)),
        new Fault.Touching(139, 139, new Fault.Exceptional(4)));

    DevicePoll poll =
        acquisition.nextPoll(
            found -> places(found, QualityReason.NONE).equals(List.of("101..119", "123..138")));

    assertEquals(35, wordsRead(poll));
  }

  // A device that refuses all while it starts must be whole again with its first good answer.
  @Test
  void aDeviceThatRefusesEverythingIsNotJudged() {
    ModbusServer server = serve(forty(), new Fault.Exceptional(2));
    acquisition.nextPolls(6, "meter");

    server.fault(UNIT, new Fault.None());

    acquisition.nextPoll(TestingAcquisition::isRead);
    DevicePoll next = acquisition.nextPolls(1, "meter").getFirst();
    assertEquals(List.of("100..139"), places(next, QualityReason.NONE));
  }

  // Pains A3: some devices refuse what others need for speed; nobody should have to try it out.
  @Test
  void gapsAreBridgedUntilTheDeviceRefusesThem() {
    Device gaps =
        new Device(
            "meter",
            "bms",
            UNIT,
            Fixtures.map(
                PERIOD,
                new ReadLimits(125, 16),
                Fixtures.holding(10),
                Fixtures.holding(14),
                Fixtures.holding(24)));
    ModbusServer server = serve(gaps);
    DevicePoll bridged = acquisition.nextPoll();
    assertEquals(List.of("10..24"), places(bridged, QualityReason.NONE));

    server.fault(UNIT, new Fault.GapReads());

    DevicePoll apart =
        acquisition.nextPoll(
            poll -> places(poll, QualityReason.NONE).equals(List.of("10", "14", "24")));
    assertTrue(TestingAcquisition.isRead(apart));
    acquisition.nextPolls(2, "meter");
    assertTrue(
        acquisition.nextPolls(5, "meter").stream().allMatch(TestingAcquisition::isRead),
        "no poll is spoilt any more");
  }

  // Busy means "not now": no value is lost for it, and the device is there.
  @Test
  void aBusyDeviceIsNeitherDownNorJudged() {
    ModbusServer server = serve(forty());
    acquisition.nextPoll(TestingAcquisition::isRead);

    server.fault(UNIT, new Fault.Exceptional(6));
    DevicePoll busy =
        acquisition.nextPoll(poll -> places(poll, QualityReason.BUSY).equals(List.of("100..139")));
    assertTrue(busy.blocks().getFirst().failure().contains("exception 6"), busy.toString());
    acquisition.nextPolls(3, "meter");
    assertEquals("up", acquisition.health().parts().get("device meter"));
    server.fault(UNIT, new Fault.None());

    DevicePoll after = acquisition.nextPoll(TestingAcquisition::isRead);
    assertEquals(List.of("100..139"), places(after, QualityReason.NONE));
    assertEquals(1, server.connections());
  }

  // Pains A18: exceptions 10 and 11 are the gateway's voice; the connection is fine.
  @Test
  void aGatewayWithoutItsUnitKeepsTheConnection() {
    Device gone = Fixtures.device("gone", 6, PERIOD, Fixtures.holding(1));
    Device here = Fixtures.device("here", UNIT, PERIOD, Fixtures.holding(1));
    ModbusServer server = acquisition.world(new TestingUnits(gone, here)).server();
    server.fault(6, new Fault.Exceptional(10));
    acquisition.deploy(Fixtures.site(server.url(), gone, here));

    DevicePoll silent = acquisition.nextPolls(3, "gone").getLast();

    assertEquals(QualityReason.NO_ANSWER, silent.blocks().getFirst().reason());
    assertTrue(TestingAcquisition.isRead(acquisition.nextPolls(3, "here").getLast()));
    assertEquals(1, server.connections());
    assertTrue(acquisition.nextStatus().connected());
  }
}
