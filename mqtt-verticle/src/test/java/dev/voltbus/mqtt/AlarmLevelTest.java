package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AlarmLevelTest {
  private static List<AlarmLevel> levels(double... excesses) {
    List<AlarmLevel> levels = new ArrayList<>();
    AlarmLevel level = AlarmLevel.CLEARED;
    for (double excess : excesses) {
      level = level.next(excess, 5, 1);
      levels.add(level);
    }
    return levels;
  }

  // Reaching a limit is beyond it: the pack itself cuts off there.
  @Test
  void theBandBeforeTheLimitWarnsAndTheLimitIsCritical() {
    assertEquals(
        List.of(AlarmLevel.CLEARED, AlarmLevel.WARNING, AlarmLevel.WARNING, AlarmLevel.CRITICAL),
        levels(-5.01, -5, -0.01, 0));
  }

  // A value that trembles at its limit must not ring all night.
  @Test
  void aLevelSinksOnlyBehindTheHysteresis() {
    assertEquals(
        List.of(
            AlarmLevel.CRITICAL,
            AlarmLevel.CRITICAL,
            AlarmLevel.WARNING,
            AlarmLevel.WARNING,
            AlarmLevel.CLEARED,
            AlarmLevel.CLEARED),
        levels(0, -0.99, -1, -5.99, -6, -5.01));
  }

  @Test
  void aFallFromFarAboveClearsAtOnce() {
    assertEquals(List.of(AlarmLevel.CRITICAL, AlarmLevel.CLEARED), levels(10, -20));
  }

  @ParameterizedTest
  @CsvSource({"-1, CLEARED", "0, CLEARED", "1, WARNING", "2, CRITICAL", "9, CRITICAL"})
  void aDeviceMayStateTheLevelItself(long stated, AlarmLevel level) {
    assertEquals(level, AlarmLevel.of(stated));
  }
}
