package dev.voltbus.acquisition;

import static dev.voltbus.acquisition.TestingAcquisition.isRead;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.DevicePoll;
import dev.voltbus.contract.LinkStatus;
import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.RegisterBlock;
import dev.voltbus.simulator.BatterySite;
import dev.voltbus.simulator.Fault;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Servers that come and go. The link tries again after 40, 80, 160, then each 320 ms at most.
class AcquisitionOutageTest {
  private static final Duration OFTEN = Duration.ofMillis(10);
  private static final Duration SELDOM = Duration.ofMinutes(10);

  private final TestingAcquisition acquisition = new TestingAcquisition();

  @AfterEach
  void close() {
    acquisition.close();
  }

  private static Device pack(Duration period) {
    return Fixtures.device("pack", BatterySite.TINYBMS_UNIT, period, Fixtures.holding(36));
  }

  private static Device inverter(Duration period) {
    return Fixtures.device("inverter", BatterySite.INVERTER_UNIT, period, Fixtures.holding(0));
  }

  private void deploy(int port, Device... devices) {
    acquisition.deploy(Fixtures.site("tcp://127.0.0.1:" + port, devices));
  }

  private BatterySite batteries(int packPort) {
    return acquisition.world(new BatterySite(packPort, 0));
  }

  /// A port on which nobody listens any more.
  private int silentPort() {
    BatterySite site = batteries(0);
    int port = site.packServer().port();
    TestingAcquisition.await(site.packServer().stop());
    return port;
  }

  private long failedAttempts() {
    return acquisition.metrics().count("voltbus_link_connect_failures_total", "bms");
  }

  /// The most attempts that fit in a time if every pause is as short as jitter makes it.
  private static long mostAttempts(long millis) {
    long attempts = 1;
    double left = millis;
    for (double pause = 40; left > 0; pause = Math.min(320, 2 * pause)) {
      left -= 0.75 * pause;
      attempts++;
    }
    return attempts;
  }

  @Test
  void pollsBeginSoonAfterALateServerHasCome() {
    int port = silentPort();
    deploy(port, pack(OFTEN));
    RegisterBlock failed = acquisition.nextPoll().blocks().getFirst();
    assertEquals(QualityReason.NO_CONNECTION, failed.reason());
    acquisition.until("some attempts", () -> failedAttempts() >= 3);

    batteries(port);

    acquisition.nextPoll(TestingAcquisition::isRead);
  }

  // Without a try of its own the link would wait ten minutes for the next poll.
  @Test
  void whatFailedIsPolledAgainAsSoonAsThereIsAConnection() {
    int port = silentPort();
    deploy(port, pack(SELDOM), inverter(SELDOM));
    assertFalse(isRead(acquisition.nextPolls(1, "inverter").getFirst()));
    acquisition.until("some attempts", () -> failedAttempts() >= 3);

    batteries(port);

    acquisition.nextPoll(poll -> poll.device().equals("pack") && isRead(poll));
    acquisition.nextPoll(poll -> poll.device().equals("inverter") && isRead(poll));
  }

  // Each attempt is one poll, whatever else waits for the connection.
  @Test
  void anAttemptTakesOnePollNotAllOfThem() {
    deploy(silentPort(), pack(SELDOM), inverter(SELDOM));
    acquisition.until("some attempts", () -> failedAttempts() >= 4);

    long failed = acquisition.metrics().count("voltbus_polls_failed_total", "inverter");

    assertEquals(1, failed);
  }

  @Test
  void pollsGoOnAfterTheConnectionWasCut() {
    BatterySite site = batteries(0);
    deploy(site.packServer().port(), pack(OFTEN));
    acquisition.nextPoll(TestingAcquisition::isRead);

    site.packServer().dropConnections();
    acquisition.until("a new connection", () -> site.packServer().connections() == 2);

    acquisition.nextPoll(TestingAcquisition::isRead);
    assertTrue(acquisition.nextStatus().connected());
    assertEquals(0, acquisition.waitingStatuses(), "a cut that healed at once is no news");
    acquisition.until(
        "loss counted", () -> acquisition.metrics().count("voltbus_link_losses_total", "bms") == 1);
  }

  @Test
  void anOutageIsToldOnceInEachDirection() {
    BatterySite site = batteries(0);
    int port = site.packServer().port();
    deploy(port, pack(OFTEN), inverter(OFTEN));
    acquisition.nextPoll(TestingAcquisition::isRead);
    assertTrue(acquisition.nextStatus().connected());

    TestingAcquisition.await(site.packServer().stop());
    RegisterBlock failed = acquisition.nextPoll(poll -> isUnconnected(poll)).blocks().getFirst();
    assertTrue(failed.failure().contains("refused"), failed.failure());
    acquisition.until("some attempts", () -> failedAttempts() >= 5);
    assertTrue(
        acquisition.health().parts().get("link bms").contains("refused"),
        () -> acquisition.health().parts().toString());
    batteries(port);
    acquisition.nextPoll(TestingAcquisition::isRead);

    LinkStatus down = acquisition.nextStatus();
    assertFalse(down.connected());
    assertTrue(down.reason().contains("refused"), down.reason());
    LinkStatus up = acquisition.nextStatus();
    assertEquals(new LinkStatus("bms", down.token(), true, "", up.clockMillis()), up);
    assertEquals(0, acquisition.waitingStatuses());
    List<String> link =
        acquisition.logged().stream().filter(line -> line.startsWith("link=")).toList();
    assertEquals(3, link.size(), link::toString);
    assertTrue(acquisition.logged().size() <= 7, () -> acquisition.logged().toString());
  }

  // Another master on the line shows in the figures before it shows in the values.
  @Test
  void framesThatAnswerNothingAreCountedForTheLink() {
    BatterySite site = batteries(0);
    site.packServer().fault(BatterySite.TINYBMS_UNIT, Fault.parse("foreign:first"));
    deploy(site.packServer().port(), pack(OFTEN));
    acquisition.nextPoll(TestingAcquisition::isRead);
    acquisition.until(
        "foreign frames counted",
        () -> acquisition.metrics().count("voltbus_link_foreign_frames_total", "bms") > 0);
  }

  private static boolean isUnconnected(DevicePoll poll) {
    return poll.blocks().getFirst().reason() == QualityReason.NO_CONNECTION;
  }

  // Polls every 10 ms, but a server that is starting must not be hammered.
  @Test
  void attemptsFollowTheBackOffHoweverOftenPollsFallDue() {
    long began = System.nanoTime();
    deploy(silentPort(), pack(OFTEN), inverter(OFTEN));

    acquisition.nextPolls(60, "inverter");

    long attempts = failedAttempts();
    long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    long most = mostAttempts(took);
    assertTrue(attempts >= 2 && attempts <= most, attempts + " of " + most + " in " + took + " ms");
  }
}
