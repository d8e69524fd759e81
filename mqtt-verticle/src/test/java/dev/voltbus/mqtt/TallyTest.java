package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TallyTest {
  private final StandingTime time = new StandingTime();
  private final RecordingMetrics metrics = new RecordingMetrics();
  private final Tally tally =
      Tally.of(metrics, time, Fixtures.tinybms(Fixtures.broker(1)), "values");

  private double offline() {
    return metrics.gauge("voltbus_mqtt_offline_seconds");
  }

  // What an operator asks after a night: how long was nothing delivered.
  @Test
  void timeWithoutAConnectionAddsUpWhileOneIsWanted() {
    time.leap(Duration.ofSeconds(100));
    assertEquals(0, offline());
    tally.connected(false);
    time.leap(Duration.ofSeconds(3));
    tally.connected(true);
    time.leap(Duration.ofSeconds(50));
    tally.connected(false);
    time.leap(Duration.ofSeconds(4));
    assertEquals(7, offline());
    tally.ended();
    time.leap(Duration.ofSeconds(50));
    assertEquals(7, offline());
  }

  @Test
  void theLastPublishIsAWallTime() {
    assertEquals(0, metrics.gauge("voltbus_mqtt_last_published_seconds"));
    tally.published();
    assertEquals(
        StandingTime.WALL_MILLIS / 1e3, metrics.gauge("voltbus_mqtt_last_published_seconds"));
  }
}
