package dev.voltbus.acquisition;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.voltbus.contract.Device;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GroupPollsTest {
  private static final Duration PERIOD = Duration.ofMillis(100);

  private final GroupPolls group = group();

  private static GroupPolls group() {
    Device device = Fixtures.device("bms-1", 1, PERIOD, Fixtures.holding(1));
    Unit unit = new Unit(device, Duration.ofSeconds(1), Duration.ofDays(1), Duration.ZERO, 0);
    return new GroupPolls(device.map().groups().getFirst(), unit);
  }

  @BeforeEach
  void begin() {
    group.beginAt(millis(1000));
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
    assertEquals(passed, group.advance(millis(now), PERIOD));
    assertEquals(millis(due), group.dueNanos());
  }

  private static long millis(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }
}
