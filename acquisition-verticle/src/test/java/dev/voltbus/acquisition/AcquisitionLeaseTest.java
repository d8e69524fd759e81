package dev.voltbus.acquisition;

import static dev.voltbus.acquisition.TestingAcquisition.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.Address;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.DevicePoll;
import dev.voltbus.contract.KeptReply;
import dev.voltbus.contract.KeptRequest;
import dev.voltbus.contract.Link;
import dev.voltbus.contract.PollMark;
import dev.voltbus.contract.RequestAddress;
import dev.voltbus.contract.Shard;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.simulator.BatterySite;
import dev.voltbus.simulator.Fault;
import dev.voltbus.simulator.ModbusServer;
import io.vertx.core.Future;
import io.vertx.core.eventbus.ReplyException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A lease that comes and goes, told from a thread that is not the verticle's.
class AcquisitionLeaseTest {
  private static final Shard SHARD = new Shard(Shard.Kind.LINK, "test", "bms");
  private static final Duration PERIOD = Duration.ofMillis(20);

  private final TestingLeases leases = new TestingLeases();
  private final TestingAcquisition acquisition =
      new TestingAcquisition(TimeSource.system(), leases);
  private final BatterySite site = acquisition.world(new BatterySite(0, 0));
  private final ModbusServer server = site.packServer();

  @BeforeEach
  void deploy() {
    Device pack = Fixtures.device("pack", BatterySite.TINYBMS_UNIT, PERIOD, Fixtures.holding(36));
    acquisition.deploy(Fixtures.site("tcp://127.0.0.1:" + server.port(), pack));
  }

  @AfterEach
  void close() {
    acquisition.close();
  }

  @Test
  void thereIsNoConnectionBeforeTheLeaseIsWon() {
    assertEquals(0, server.connections());
    await(leases.grant(SHARD));
    assertEquals(101, acquisition.nextPoll().token());
    assertEquals(1, server.connections());
  }

  @Test
  void aLeaseTakenAwayClosesTheSocketAndEndsThePolls() {
    await(leases.grant(SHARD));
    acquisition.nextPoll();

    await(leases.take());

    acquisition.until("socket closed", () -> server.openConnections() == 0);
    assertEquals(1, server.connections());
    assertTrue(acquisition.health().parts().isEmpty(), () -> acquisition.health().parts() + "");
  }

  // The next owner may have read newer words already.
  @Test
  void aPollOnTheWireWhenTheLeaseIsTakenIsNotPublished() {
    server.fault(BatterySite.TINYBMS_UNIT, new Fault.Delay(Duration.ofMillis(150)));
    await(leases.grant(SHARD));
    acquisition.until("request out", () -> server.requests(BatterySite.TINYBMS_UNIT) == 1);

    await(leases.take());

    DevicePoll mark = new DevicePoll("mark", "", 0, 0, 0, 0, 0, 0, List.of());
    acquisition.bus().publish(Address.polls("test"), mark);
    assertEquals(mark, acquisition.nextPoll());
    assertEquals(1, server.requests(BatterySite.TINYBMS_UNIT));
  }

  // A device that allows one connection may not know yet that its former master is dead.
  @Test
  void whoTakesALinkOverTriesAgainQuicklyAtFirst() {
    try (TestingAcquisition other = new TestingAcquisition(TimeSource.system(), leases)) {
      Device pack = Fixtures.device("pack", BatterySite.TINYBMS_UNIT, PERIOD, Fixtures.holding(36));
      Link slow =
          new Link(
              "slow",
              "tcp://127.0.0.1:" + server.port(),
              Duration.ofSeconds(3),
              Duration.ofSeconds(5),
              Duration.ofMinutes(1),
              Duration.ofMinutes(1));
      Shard shard = new Shard(Shard.Kind.LINK, "test", "slow");
      other.deploy(
          new Site(
              "test",
              List.of(slow),
              List.of(new Device("pack", "slow", BatterySite.TINYBMS_UNIT, pack.map())),
              List.of()));
      await(leases.grant(shard));
      await(leases.take());
      await(server.stop());
      await(leases.grant(shard));
      other.until(
          "five attempts",
          () -> other.metrics().count("voltbus_link_connect_failures_total", "slow") >= 5);
    }
  }

  // A new owner of the mapping need not wait for the next poll, and the next owner has its own.
  @Test
  void theNewestPollIsThereForWhoeverAsksWhileTheLeaseIsHeld() {
    await(leases.grant(SHARD));
    DevicePoll third = acquisition.nextPolls(3, "pack").getLast();
    KeptReply kept = await(kept());
    DevicePoll newest = (DevicePoll) kept.messages().getLast();
    assertTrue(!PollMark.of(third).isAfter(PollMark.of(newest)), () -> third + " " + newest);
    await(leases.take());
    assertThrows(ReplyException.class, () -> await(kept()));
  }

  private Future<KeptReply> kept() {
    return acquisition
        .bus()
        .request(
            RequestAddress.keptPolls("test", "pack"),
            new KeptRequest("pack", "", PollMark.NONE),
            Duration.ofSeconds(5));
  }

  @Test
  void aLeaseWonAgainBeginsANewSequenceWithTheNewToken() {
    await(leases.grant(SHARD));
    acquisition.nextPolls(3, "pack");
    await(leases.take());

    await(leases.grant(SHARD));

    DevicePoll first = acquisition.nextPoll(poll -> poll.token() == 102);
    DevicePoll second = acquisition.nextPoll();
    assertEquals(List.of(1L, 2L), List.of(first.sequence(), second.sequence()));
    assertEquals(2, server.connections());
  }

  // The answer to the former turn's request comes in the middle of the new turn.
  @Test
  void aLateAnswerDoesNotTouchTheNextTurn() {
    server.fault(BatterySite.TINYBMS_UNIT, new Fault.Delay(Duration.ofMillis(100)));
    await(leases.grant(SHARD));
    acquisition.until("request out", () -> server.requests(BatterySite.TINYBMS_UNIT) == 1);

    Future<Void> ended = leases.take();
    await(leases.grant(SHARD));
    server.fault(BatterySite.TINYBMS_UNIT, new Fault.None());
    await(ended);

    List<DevicePoll> polls = acquisition.nextPolls(10, "pack");
    for (int i = 0; i < polls.size(); i++) {
      assertEquals(102, polls.get(i).token());
      assertEquals(i + 1, polls.get(i).sequence());
    }
  }

  // A start that fails half-way must not leave a link polling without a verticle.
  @Test
  void aStartThatFailsGivesBackWhatItHad() {
    String url = "tcp://127.0.0.1:" + server.port();
    Device good = Fixtures.device("good", BatterySite.INVERTER_UNIT, PERIOD, Fixtures.holding(0));
    Site half =
        new Site(
            "test",
            List.of(Link.to("bms", url), Link.to("other", "nonsense://")),
            List.of(good),
            List.of());
    try (TestingAcquisition own = new TestingAcquisition()) {
      assertThrows(IllegalArgumentException.class, () -> own.deploy(half));
      assertTrue(own.health().parts().isEmpty(), () -> own.health().parts() + "");
    }
  }
}
