package dev.voltbus.acquisition;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.DevicePoll;
import dev.voltbus.contract.DeviceReadPlan;
import dev.voltbus.contract.LinkStatus;
import dev.voltbus.simulator.BatterySite;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Polls under a clock that moves only when told.
class AcquisitionTimingTest {
  private static final Duration PERIOD = Duration.ofMillis(50);

  private final TestingClock clock = new TestingClock();
  private final TestingAcquisition acquisition = new TestingAcquisition(clock);

  @BeforeEach
  void deploy() {
    BatterySite site = acquisition.world(new BatterySite(0, 0));
    Device pack = Fixtures.device("pack", BatterySite.TINYBMS_UNIT, PERIOD, Fixtures.holding(36));
    acquisition.deploy(Fixtures.site("tcp://127.0.0.1:" + site.packServer().port(), pack));
  }

  @AfterEach
  void close() {
    acquisition.close();
  }

  private long readAt() {
    return acquisition.nextPoll().blocks().getFirst().readAt();
  }

  // A late poll must not shift those after it: the second below is 20 ms late, the third is not.
  @Test
  void aPeriodIsKeptOnAFixedGrid() {
    long first = readAt();
    clock.advance(PERIOD.plusMillis(20));
    assertEquals(70, readAt() - first);
    clock.advance(PERIOD.minusMillis(20));
    assertEquals(100, readAt() - first);
    clock.advance(PERIOD);
    assertEquals(150, readAt() - first);
  }

  // A machine that was busy catches up with one poll, and says how many it owes.
  @Test
  void periodsThatPassedUnnoticedAreMissedNotMadeUp() {
    DevicePoll first = acquisition.nextPoll();
    clock.advance(PERIOD.multipliedBy(10));
    DevicePoll second = acquisition.nextPoll();
    clock.advance(PERIOD);
    DevicePoll third = acquisition.nextPoll();

    assertEquals(first.sequence() + 1, second.sequence());
    assertEquals(first.sequence() + 2, third.sequence());
    assertEquals(9, acquisition.metrics().count("voltbus_polls_missed_total", "pack"));
  }

  private static LinkStatus later(LinkStatus status, long millis) {
    return new LinkStatus(
        status.link(),
        status.token(),
        status.connected(),
        status.reason(),
        status.clockMillis() + millis);
  }

  // A console that starts later must not take a link that works for an unknown one.
  @Test
  void stateOfALinkIsRepeatedEveryTenSeconds() {
    LinkStatus first = acquisition.nextStatus();
    assertEquals(0, acquisition.waitingStatuses());
    clock.advance(Duration.ofSeconds(10));
    assertEquals(later(first, 10_000), acquisition.nextStatus());
    clock.advance(Duration.ofSeconds(10));
    assertEquals(later(first, 20_000), acquisition.nextStatus());
  }

  // The same for a console that wants to know how a device is read.
  @Test
  void readPlansAreRepeatedEveryTenSeconds() {
    DeviceReadPlan first = acquisition.nextPlan(plan -> true);
    clock.advance(Duration.ofSeconds(10));
    acquisition.nextPlan(plan -> plan.sequence() > first.sequence());
    clock.advance(Duration.ofSeconds(10));
    acquisition.nextPlan(plan -> plan.sequence() > first.sequence() + 1);
  }
}
