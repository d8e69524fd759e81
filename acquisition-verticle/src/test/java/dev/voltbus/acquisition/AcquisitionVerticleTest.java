package dev.voltbus.acquisition;

import static dev.voltbus.acquisition.Fixtures.device;
import static dev.voltbus.acquisition.Fixtures.site;
import static dev.voltbus.acquisition.Fixtures.words;
import static dev.voltbus.acquisition.TestingAcquisition.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.DevicePoll;
import dev.voltbus.contract.LinkStatus;
import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.RegisterBlock;
import dev.voltbus.contract.RegisterTable;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.WireSource;
import dev.voltbus.simulator.BatterySite;
import dev.voltbus.simulator.Fault;
import dev.voltbus.simulator.LoadSite;
import dev.voltbus.simulator.ModbusServer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AcquisitionVerticleTest {
  private static final Duration PERIOD = Duration.ofMillis(20);

  private final TestingAcquisition acquisition = new TestingAcquisition();

  @AfterEach
  void close() {
    acquisition.close();
  }

  private BatterySite batteries() {
    return acquisition.world(new BatterySite(0, 0));
  }

  private static String url(ModbusServer server) {
    return "tcp://127.0.0.1:" + server.port();
  }

  private static Device pack(int... addresses) {
    return device("pack", BatterySite.TINYBMS_UNIT, PERIOD, places(addresses));
  }

  private static Device inverter(int... addresses) {
    return device("inverter", BatterySite.INVERTER_UNIT, PERIOD, places(addresses));
  }

  private static WireSource[] places(int... addresses) {
    return Arrays.stream(addresses).mapToObj(Fixtures::holding).toArray(WireSource[]::new);
  }

  private void pin(BatterySite site, int address, int... words) {
    await(site.pin(BatterySite.TINYBMS_UNIT, address, words));
  }

  @Test
  void aPollBringsTheWordsOfItsBlocks() {
    BatterySite site = batteries();
    pin(site, 36, 0x1234, 0xFFFF);
    pin(site, 50, 0x8000);
    long before = System.currentTimeMillis();
    acquisition.deploy(site(url(site.packServer()), pack(36, 37, 50)));

    DevicePoll poll = acquisition.nextPoll();

    assertEquals("pack", poll.device());
    assertEquals(Fixtures.GROUP, poll.group());
    assertEquals(
        List.of(List.of(0x1234, 0xFFFF), List.of(0x8000)),
        poll.blocks().stream().map(TestingAcquisition::words).toList());
    assertEquals(List.of(36, 50), poll.blocks().stream().map(RegisterBlock::address).toList());
    for (RegisterBlock block : poll.blocks()) {
      assertTrue(
          before <= block.readAt() && block.readAt() <= System.currentTimeMillis(),
          "read at " + block.readAt());
    }
    assertTrue(poll.epoch() >= before && poll.token() >= before, poll.toString());
    assertEquals(1040, poll.staleAfterMillis());
    assertEquals(1060, poll.unavailableAfterMillis());
    assertTrue(poll.ageMillis() >= 0 && poll.ageMillis() < 20_000, "age " + poll.ageMillis());
  }

  @Test
  void theSequenceRisesByOneUnderOneEpochAndToken() {
    BatterySite site = batteries();
    acquisition.deploy(site(url(site.packServer()), pack(36)));

    List<DevicePoll> polls = acquisition.nextPolls(10, "pack");

    assertEquals(
        LongStream.rangeClosed(1, 10).boxed().toList(),
        polls.stream().map(DevicePoll::sequence).toList());
    assertEquals(1, polls.stream().map(DevicePoll::epoch).distinct().count());
    assertEquals(1, polls.stream().map(DevicePoll::token).distinct().count());
  }

  // The site file names a link once; a gateway often has room for one client.
  @Test
  void unitsOfALinkShareOneConnection() {
    BatterySite site = batteries();
    acquisition.deploy(site(url(site.packServer()), pack(36), inverter(0, 1)));

    acquisition.nextPolls(5, "pack");
    acquisition.nextPolls(5, "inverter");

    assertEquals(1, site.packServer().connections());
    LinkStatus status = acquisition.nextStatus();
    assertEquals(
        new LinkStatus("bms", acquisition.nextPoll().token(), true, "", status.clockMillis()),
        status);
    assertEquals(
        Map.of("link bms", "up", "device pack", "up", "device inverter", "up"),
        acquisition.health().parts());
  }

  @Test
  void inputRegistersAreReadToo() {
    LoadSite site = acquisition.world(new LoadSite(1, 100));
    String url = "tcp://127.0.0.1:" + site.ports().getFirst();
    acquisition.deploy(
        site(url, device("meter", LoadSite.UNIT, PERIOD, words(RegisterTable.INPUT, 10, 3))));

    RegisterBlock block = acquisition.nextPoll().blocks().getFirst();

    assertEquals(RegisterTable.INPUT, block.table());
    int first = block.word(10);
    assertEquals(List.of(first, first + 1, first + 2), TestingAcquisition.words(block));
  }

  // The simulated batteries have no bits, so a small responder stands in.
  @Test
  void coilsAndDiscreteInputsAreReadAsOneWordForEachBit() {
    TestingBits bits = acquisition.world(new TestingBits());
    acquisition.deploy(
        site(
            "tcp://127.0.0.1:" + bits.port(),
            device(
                "io",
                1,
                PERIOD,
                Fixtures.bit(RegisterTable.COIL, 3),
                Fixtures.bit(RegisterTable.COIL, 4),
                Fixtures.bit(RegisterTable.DISCRETE, 5),
                Fixtures.bit(RegisterTable.DISCRETE, 6))));

    DevicePoll poll = acquisition.nextPoll();

    assertEquals(
        List.of(RegisterTable.COIL, RegisterTable.DISCRETE),
        poll.blocks().stream().map(RegisterBlock::table).toList());
    assertEquals(
        List.of(List.of(1, 0), List.of(0, 1)),
        poll.blocks().stream().map(TestingAcquisition::words).toList());
  }

  @Test
  void aLinkMayBeRtuOverTcp() {
    BatterySite site =
        acquisition.world(new BatterySite(0, 0, ModbusServer.Transport.RTU_OVER_TCP));
    pin(site, 36, 4711);
    acquisition.deploy(
        site("rtu+tcp://127.0.0.1:" + site.packServer().port(), pack(36), inverter(0)));

    assertEquals(
        List.of(4711),
        TestingAcquisition.words(acquisition.nextPolls(1, "pack").getFirst().blocks().getFirst()));
    assertTrue(TestingAcquisition.isRead(acquisition.nextPolls(1, "inverter").getFirst()));
  }

  // One address a firmware does not have must not cost the device's other values.
  @Test
  void aRefusedBlockFailsAlone() {
    BatterySite site = batteries();
    acquisition.deploy(site(url(site.packServer()), pack(36, 9000, 300)));

    DevicePoll poll = acquisition.nextPolls(5, "pack").getLast();

    assertEquals(
        List.of(QualityReason.NONE, QualityReason.NONE, QualityReason.REFUSED),
        poll.blocks().stream().map(RegisterBlock::reason).toList());
    String failure = poll.blocks().getLast().failure();
    assertTrue(failure.contains("holding 9000") && failure.contains("exception 2"), failure);
    assertEquals(1, site.packServer().connections());
    assertEquals("up", acquisition.health().parts().get("device pack"));
    long refusals = acquisition.logged().stream().filter(line -> line.contains("9000")).count();
    assertEquals(1, refusals, "a refusal is logged once");
  }

  @Test
  void aDeviceThatRefusesEverythingKeepsTheConnection() {
    BatterySite site = batteries();
    site.packServer().fault(BatterySite.TINYBMS_UNIT, new Fault.Exceptional(2));
    acquisition.deploy(site(url(site.packServer()), pack(36), inverter(0)));

    DevicePoll poll = acquisition.nextPolls(5, "pack").getLast();

    assertEquals(QualityReason.REFUSED, poll.blocks().getFirst().reason());
    assertTrue(TestingAcquisition.isRead(acquisition.nextPolls(1, "inverter").getFirst()));
    assertEquals(1, site.packServer().connections());
  }

  // Code 11 is the gateway speaking, not the device.
  @Test
  void aGatewayThatCannotReachItsDeviceMeansNoAnswer() {
    BatterySite site = batteries();
    site.packServer().fault(BatterySite.TINYBMS_UNIT, new Fault.Exceptional(11));
    acquisition.deploy(site(url(site.packServer()), pack(36)));

    RegisterBlock block = acquisition.nextPolls(2, "pack").getLast().blocks().getFirst();

    assertEquals(QualityReason.NO_ANSWER, block.reason());
    assertEquals(block.failure(), acquisition.health().parts().get("device pack"));
    assertEquals(1, site.packServer().connections());
  }

  @Test
  void aSilentUnitCostsItsNeighboursOnlyTime() {
    BatterySite site = batteries();
    site.packServer().fault(BatterySite.TINYBMS_UNIT, new Fault.Drop());
    Site quick = site(url(site.packServer()), pack(36, 300), inverter(0));
    acquisition.deploy(Fixtures.withRequestTimeout(quick, Duration.ofMillis(200)));

    for (int i = 0; i < 3; i++) {
      DevicePoll silent = acquisition.nextPolls(1, "pack").getFirst();
      assertEquals(
          List.of(QualityReason.NO_ANSWER, QualityReason.NO_ANSWER),
          silent.blocks().stream().map(RegisterBlock::reason).toList());
      acquisition.nextPoll(
          poll -> poll.device().equals("inverter") && TestingAcquisition.isRead(poll));
    }
    long requests = site.packServer().requests(BatterySite.TINYBMS_UNIT);
    long polls = acquisition.metrics().count("voltbus_polls_failed_total", "pack");
    assertTrue(requests <= polls + 1, requests + " time-outs in " + polls + " polls of two blocks");
    assertTrue(acquisition.nextStatus().connected());
    assertEquals(0, acquisition.waitingStatuses(), "a silent unit is no news about the link");
    assertEquals(1, logged("link="), () -> acquisition.logged().toString());
    assertEquals(1, logged("device=pack"), () -> acquisition.logged().toString());

    site.packServer().fault(BatterySite.TINYBMS_UNIT, new Fault.None());
    acquisition.nextPoll(poll -> poll.device().equals("pack") && TestingAcquisition.isRead(poll));
    acquisition.until(
        "pack is up", () -> "up".equals(acquisition.health().parts().get("device pack")));
    assertEquals(
        1, logged("device=pack answers again after "), () -> acquisition.logged().toString());
  }

  private long logged(String beginning) {
    return acquisition.logged().stream().filter(line -> line.startsWith(beginning)).count();
  }

  @Test
  void pollsThatFindTheirPredecessorStillRunningAreCounted() {
    BatterySite site = batteries();
    site.packServer().fault(BatterySite.TINYBMS_UNIT, new Fault.Delay(Duration.ofMillis(110)));
    acquisition.deploy(site(url(site.packServer()), pack(36)));

    List<DevicePoll> polls = acquisition.nextPolls(3, "pack");

    assertEquals(List.of(1L, 2L, 3L), polls.stream().map(DevicePoll::sequence).toList());
    assertTrue(polls.stream().allMatch(TestingAcquisition::isRead));
    long missed = acquisition.metrics().count("voltbus_polls_missed_total", "pack");
    assertTrue(missed >= 8, missed + " missed; four or more periods pass during each answer");
  }

  @Test
  void groupsOfADeviceAreCountedInOneSequence() {
    BatterySite site = batteries();
    Device both = new Device("pack", "bms", BatterySite.TINYBMS_UNIT, Fixtures.twoGroups(PERIOD));
    acquisition.deploy(site(url(site.packServer()), both));

    List<DevicePoll> polls = acquisition.nextPolls(4, "pack");

    assertEquals(List.of(1L, 2L, 3L, 4L), polls.stream().map(DevicePoll::sequence).toList());
    assertEquals(2, polls.stream().map(DevicePoll::group).distinct().count());
  }

  @Test
  void aSiteWithoutLinksStartsAndStops() {
    acquisition.deploy(new Site("test", List.of(), List.of(), List.of()));
    acquisition.undeploy();
  }

  @Test
  void stoppingClosesTheConnectionAndLeavesNothingBehind() {
    BatterySite site = batteries();
    acquisition.deploy(site(url(site.packServer()), pack(36)));
    acquisition.nextPoll();

    acquisition.undeploy();

    acquisition.until("socket closed", () -> site.packServer().openConnections() == 0);
    long requests = site.packServer().requests(BatterySite.TINYBMS_UNIT);
    assertEquals(Map.of(), acquisition.health().parts());
    acquisition.deploy(site(url(site.packServer()), inverter(0)));
    acquisition.nextPolls(5, "inverter");
    assertEquals(requests, site.packServer().requests(BatterySite.TINYBMS_UNIT));
  }
}
