package dev.voltbus.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class IntervalTest {
  private final TestingTime time = new TestingTime();

  private int secondsUntilDue(Interval interval) {
    int seconds = 0;
    while (!interval.isDue()) {
      time.advance(Duration.ofSeconds(1));
      seconds++;
    }
    return seconds;
  }

  @Test
  void pauseDoublesUpToTheLongestAndBeginsAnew() {
    Interval interval = new Interval(time, Duration.ofSeconds(1), Duration.ofSeconds(10));
    List<Integer> pauses = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      pauses.add(secondsUntilDue(interval));
      interval.backOff();
    }
    interval.restart();
    pauses.add(secondsUntilDue(interval));
    assertEquals(List.of(1, 2, 4, 8, 10, 10, 1), pauses);
  }
}
