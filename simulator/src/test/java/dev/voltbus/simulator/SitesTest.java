package dev.voltbus.simulator;

import static dev.voltbus.simulator.BatterySite.BYD_UNIT;
import static dev.voltbus.simulator.BatterySite.INVERTER_UNIT;
import static dev.voltbus.simulator.BatterySite.TINYBMS_UNIT;
import static dev.voltbus.simulator.TestingSite.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SitesTest {
  private static final int MEASURED_CURRENT = 10;

  /// Slow answers keep a test that waits for a value from keeping the machine busy.
  private static final Fault PACE = new Fault.Delay(Duration.ofMillis(20));

  /// Reads a register until it shows a word.
  private static void expect(TestingWire wire, int unit, int address, int word) throws IOException {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    int seen = wire.read(unit, address, 1)[0];
    while (seen != word && System.nanoTime() < end) {
      seen = wire.read(unit, address, 1)[0];
    }
    assertEquals(word, seen, "unit " + unit + " register " + address);
  }

  // What a limit is for: the pack's current follows it, and comes back with the timer.
  @Test
  void theInvertersLimitsRuleThePack() throws IOException {
    try (TestingSite<BatterySite> site = TestingSite.start(new BatterySite(0, 0));
        TestingWire wire = TestingWire.to(site.site().packServer())) {
      site.site().packServer().fault(INVERTER_UNIT, PACE);
      await(site.site().fixCurrent(50));
      expect(wire, INVERTER_UNIT, MEASURED_CURRENT, 500);
      wire.ask(INVERTER_UNIT, TestingWire.writing(0, 125, 300, 3));
      expect(wire, INVERTER_UNIT, MEASURED_CURRENT, 125);
      expect(wire, INVERTER_UNIT, MEASURED_CURRENT, 500);
      assertArrayEquals(new int[] {1000, 1000}, wire.read(INVERTER_UNIT, 0, 2));
    }
  }

  // Whoever sets the cut-off of the BMS sees the current follow.
  @Test
  void theCutoffsOfTheBmsRuleThePack() throws IOException {
    try (TestingSite<BatterySite> site = TestingSite.start(new BatterySite(0, 0));
        TestingWire wire = TestingWire.to(site.site().packServer())) {
      site.site().packServer().fault(INVERTER_UNIT, PACE);
      await(site.site().fixCurrent(-50));
      wire.ask(TINYBMS_UNIT, TestingWire.writing(317, 20));
      expect(wire, INVERTER_UNIT, MEASURED_CURRENT, 0x10000 - 200);
    }
  }

  @Test
  void pinnedWordsShowUntilTheyAreReleased() throws IOException {
    try (TestingSite<BatterySite> site = TestingSite.start(new BatterySite(0, 0));
        TestingWire wire = TestingWire.to(site.site().towerServer())) {
      await(site.site().pin(BYD_UNIT, 322, 0xFFF6, 4200));
      assertArrayEquals(new int[] {0xFFF6, 4200}, wire.read(BYD_UNIT, 322, 2));
      await(site.site().unpin(BYD_UNIT, 323, 1));
      assertArrayEquals(new int[] {0xFFF6, 9900}, wire.read(BYD_UNIT, 322, 2));
    }
  }

  @Test
  void aUnitThatIsNotThereCannotBePinned() {
    assertThrows(IllegalArgumentException.class, () -> new BatterySite(0, 0).pin(5, 0, 1).result());
  }

  @Test
  void everyReadOfALoadDeviceChangesEveryValue() throws IOException {
    try (TestingSite<LoadSite> site = TestingSite.start(new LoadSite(20, 125))) {
      List<Integer> ports = site.site().ports();
      assertEquals(20, ports.stream().distinct().count());
      try (TestingWire wire = TestingWire.to(site.site().server(3))) {
        int[] first = wire.read(LoadSite.UNIT, 0, 125);
        int[] second = wire.read(LoadSite.UNIT, 0, 125);
        for (int i = 0; i < 125; i++) {
          assertNotEquals(first[i], second[i]);
        }
        assertEquals(1 + 7, first[7]);
      }
      assertEquals(2, site.site().requests(3));
      assertEquals(0, site.site().requests(4));
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 10", "10001, 10", "1, 0", "1, 126"})
  void aLoadSiteRefusesWhatItCannotServe(int devices, int registers) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> new LoadSite(devices, registers))
            .getMessage();
    assertTrue(message.contains("1..10000"), message);
  }
}
