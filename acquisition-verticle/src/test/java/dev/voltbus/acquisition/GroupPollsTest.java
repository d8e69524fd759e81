package dev.voltbus.acquisition;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.voltbus.contract.Bus;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.Health;
import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.SingleProcessLeases;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.Wiring;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GroupPollsTest {
  private final Vertx vertx = Vertx.vertx();
  private final GroupPolls group = group(vertx);

  private static GroupPolls group(Vertx vertx) {
    TimeSource time = TimeSource.system();
    Wiring wiring =
        new Wiring(
            Bus.over(vertx), new SingleProcessLeases(time), time, Metrics.none(), Health.none());
    Device device = Fixtures.device("bms-1", 1, Duration.ofMillis(100), Fixtures.holding(1));
    return new GroupPolls(
        device.map().groups().getFirst(), new DeviceWatch("test", device, wiring));
  }

  @BeforeEach
  void begin() {
    group.beginAt(millis(1000));
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().await(10, TimeUnit.SECONDS);
  }

  // Whatever the delay, polls stay on multiples of the period, so that they do not drift.
  @ParameterizedTest(name = "at {0} ms the next poll is due at {1} ms, {2} passed over")
  @CsvSource({
    "1000, 1100, 0",
    "1001, 1100, 0",
    "1099, 1100, 0",
    "1100, 1200, 1",
    "1350, 1400, 3",
    "9999, 10000, 89",
    "900, 1100, 0"
  })
  void theNextPollIsTheNextMomentOfTheGrid(long now, long due, long passed) {
    assertEquals(passed, group.advance(millis(now)));
    assertEquals(millis(due), group.dueNanos());
  }

  private static long millis(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }
}
