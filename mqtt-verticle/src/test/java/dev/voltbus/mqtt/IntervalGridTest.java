package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class IntervalGridTest {

  // A busy event loop must not let the cycle drift away from its interval.
  @Test
  void aLateTickDoesNotMoveTheNext() {
    IntervalGrid grid = IntervalGrid.from(-7_000_000, Duration.ofSeconds(5));
    assertEquals(5000, grid.millisToNext(-7_000_000));
    assertEquals(4400, grid.millisToNext(-7_000_000 + Duration.ofMillis(600).toNanos()));
    assertEquals(1, grid.millisToNext(-7_000_000 + Duration.ofSeconds(5).toNanos() - 1));
    assertEquals(3000, grid.millisToNext(-7_000_000 + Duration.ofSeconds(12).toNanos()));
  }
}
