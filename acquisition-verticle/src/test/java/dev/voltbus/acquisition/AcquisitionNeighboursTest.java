package dev.voltbus.acquisition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.DevicePoll;
import dev.voltbus.contract.Site;
import dev.voltbus.simulator.Fault;
import dev.voltbus.simulator.ModbusServer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Ten units on one link, one of them dead. `-Dvoltbus.long.seconds=300` runs it for five minutes.
@Timeout(900)
class AcquisitionNeighboursTest {
  private static final Duration PERIOD = Duration.ofMillis(500);
  private static final int DEAD = 10;

  private final TestingAcquisition acquisition = new TestingAcquisition();

  @AfterEach
  void close() {
    acquisition.close();
  }

  // Pains A4: nine of ten units keep at least 95 % of their poll rate.
  @Test
  void nineUnitsKeepTheirRateBesideADeadOne() {
    long seconds = Long.getLong("voltbus.long.seconds", 20);
    Device[] devices =
        IntStream.rangeClosed(1, DEAD)
            .mapToObj(unit -> Fixtures.device("unit-" + unit, unit, PERIOD, Fixtures.holding(unit)))
            .toArray(Device[]::new);
    ModbusServer server = acquisition.world(new TestingUnits(devices)).server();
    server.fault(DEAD, new Fault.Drop());
    Site site = Fixtures.site(server.url(), devices);
    acquisition.deploy(Fixtures.withRequestTimeout(site, Duration.ofSeconds(1)));
    acquisition.nextPoll(TestingAcquisition::isRead);

    Map<String, Integer> read = count(seconds);

    long wanted = TimeUnit.SECONDS.toMillis(seconds) / PERIOD.toMillis();
    System.out.println(seconds + " s, " + wanted + " polls wanted of each: " + read);
    for (int unit = 1; unit < DEAD; unit++) {
      int polls = read.getOrDefault("unit-" + unit, 0);
      assertTrue(polls >= 0.95 * wanted, "unit-" + unit + ": " + polls + " of " + wanted);
    }
    assertEquals(0, read.getOrDefault("unit-" + DEAD, 0));
    assertTrue(server.requests(DEAD) > 3, server.requests(DEAD) + " probes of the dead unit");
    assertEquals(1, server.connections(), "a silent unit costs no connection");
  }

  /// Polls with words, by device, for so many seconds.
  private Map<String, Integer> count(long seconds) {
    Map<String, Integer> read = new HashMap<>();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (System.nanoTime() < end) {
      DevicePoll poll = acquisition.nextPoll();
      if (TestingAcquisition.isRead(poll)) {
        read.merge(poll.device(), 1, Integer::sum);
      }
    }
    return read;
  }
}
