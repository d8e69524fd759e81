package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.ControlState.Battery;
import dev.voltbus.contract.ControlState.Mode;
import java.util.List;
import org.junit.jupiter.api.Test;

class TelemetryGateTest {
  private static final long LIMIT = TelemetryGate.PATIENCE.toNanos();
  private final TelemetryGate gate = new TelemetryGate(true);

  @Test
  void valuesOfABatteryWithoutControlDoNotWait() {
    assertTrue(new TelemetryGate(false).isOpen());
  }

  @Test
  void valuesGoOutOnceTheDeviceHasItsLimitsOrIsNotHeard() {
    for (Battery battery : List.of(TestingOwner.running(), TestingOwner.lost())) {
      TelemetryGate fresh = new TelemetryGate(true);
      fresh.accept(TestingOwner.unsettled());
      assertFalse(fresh.isOpen());
      fresh.accept(battery);
      assertTrue(fresh.isOpen());
      fresh.accept(TestingOwner.unsettled());
      assertTrue(fresh.isOpen(), "only the start waits");
    }
  }

  @Test
  void patienceIsOverOnceTenSecondsAfterTheFirstConnection() {
    assertFalse(gate.losesPatience(5 * LIMIT), "not connected yet");
    gate.connected(LIMIT);
    gate.connected(LIMIT + 5);
    assertFalse(gate.losesPatience(2 * LIMIT - 1));
    assertTrue(gate.losesPatience(2 * LIMIT));
    assertTrue(gate.isOpen());
    assertFalse(gate.losesPatience(2 * LIMIT + 1), "said once");
  }

  @Test
  void aStoppedBatteryIsSilentHoweverLongItLasts() {
    gate.connected(0);
    gate.accept(TestingOwner.in(Mode.STOPPED));
    assertFalse(gate.losesPatience(3 * LIMIT));
    assertFalse(gate.isOpen());
    gate.accept(TestingOwner.in(Mode.STOPPING));
    assertEquals(true, gate.isOpen());
  }
}
