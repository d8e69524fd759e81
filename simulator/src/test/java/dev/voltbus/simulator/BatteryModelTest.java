package dev.voltbus.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BatteryModelTest {
  private static final Duration STEP = Duration.ofMillis(200);
  private static final int STEPS_PER_MINUTE = 300;
  private static final int STEPS_PER_HOUR = 60 * STEPS_PER_MINUTE;

  private static Stream<BatteryModel> packs() {
    List<BatteryModel> packs = new ArrayList<>();
    for (long seed = 1; seed <= 3; seed++) {
      for (double soc : new double[] {0, 0.05, 0.5, 0.97, 1}) {
        packs.add(new BatteryModel(PackType.TINYBMS, seed, soc));
        packs.add(new BatteryModel(PackType.BYD, seed, soc));
      }
    }
    return packs.stream();
  }

  private static void run(BatteryModel model, int steps, Runnable check) {
    for (int i = 0; i < steps; i++) {
      model.step(STEP);
      check.run();
    }
  }

  private static void run(BatteryModel model, int steps) {
    run(model, steps, () -> {});
  }

  private static double cellSum(BatteryModel model) {
    double sum = 0;
    for (int i = 0; i < model.type().cells(); i++) {
      sum += model.cellVolts(i);
    }
    return sum;
  }

  @ParameterizedTest
  @MethodSource("packs")
  void holdsItsInvariantsAtEachStep(BatteryModel model) {
    double[] energy = {model.chargedWh(), model.dischargedWh()};
    run(
        model,
        10 * STEPS_PER_MINUTE,
        () -> {
          assertTrue(model.soc() >= 0 && model.soc() <= 1, () -> "soc " + model.soc());
          assertTrue(model.chargedWh() >= energy[0] && model.dischargedWh() >= energy[1]);
          energy[0] = model.chargedWh();
          energy[1] = model.dischargedWh();
          assertEquals(cellSum(model), model.volts(), 1e-9);
          assertEquals(model.volts() * model.currentA(), model.powerW(), 1e-9);
          assertTrue(model.lowestCellVolts() > 2 && model.highestCellVolts() < 4);
          assertTrue(model.celsius() > 15 && model.celsius() < 45);
        });
  }

  // A consumer of the demo shall see both directions without waiting.
  @ParameterizedTest
  @ValueSource(longs = {20_261_121, 20_261_122, 1, 2, 3})
  void chargesAndDischargesWithinAMinute(long seed) {
    for (PackType type : List.of(PackType.TINYBMS, PackType.BYD)) {
      for (double soc : new double[] {0.48, 0.62}) {
        BatteryModel model = new BatteryModel(type, seed, soc);
        double[] extremes = {0, 0};
        run(
            model,
            STEPS_PER_MINUTE,
            () -> {
              extremes[0] = Math.min(extremes[0], model.currentA());
              extremes[1] = Math.max(extremes[1], model.currentA());
            });
        assertTrue(extremes[0] < -type.swingA() / 2, "discharge " + extremes[0]);
        assertTrue(extremes[1] > type.swingA() / 2, "charge " + extremes[1]);
      }
    }
  }

  @Test
  void sameSeedGivesTheSameRunAndAnotherSeedAnotherOne() {
    assertEquals(trace(7), trace(7));
    assertNotEquals(trace(7), trace(8));
  }

  private static List<Double> trace(long seed) {
    BatteryModel model = new BatteryModel(PackType.BYD, seed, 0.5);
    List<Double> trace = new ArrayList<>();
    run(
        model,
        STEPS_PER_MINUTE,
        () -> {
          trace.add(model.currentA());
          trace.add(model.soc());
          trace.add(model.volts());
          trace.add(model.celsius());
        });
    return trace;
  }

  @Test
  void obeysItsLimitsInBothDirections() {
    BatteryModel model = new BatteryModel(PackType.TINYBMS, 1, 0.5);
    model.limit(12, 7.5);
    run(
        model,
        STEPS_PER_MINUTE,
        () -> assertTrue(model.currentA() <= 12 && model.currentA() >= -7.5));
  }

  // 0 is a limit like any other: nothing flows.
  @Test
  void limitsOfZeroStopTheCurrent() {
    BatteryModel model = new BatteryModel(PackType.TINYBMS, 1, 0.5);
    model.limit(0, 0);
    run(model, STEPS_PER_MINUTE, () -> assertEquals(0, model.currentA(), 0));
  }

  @Test
  void aFixedCurrentNeverPassesWhatThePackAllows() {
    BatteryModel model = new BatteryModel(PackType.TINYBMS, 1, 0.5);
    model.fixCurrent(1000);
    model.step(STEP);
    assertEquals(PackType.TINYBMS.maxChargeA(), model.currentA());
    model.fixCurrent(-1000);
    model.step(STEP);
    assertEquals(-PackType.TINYBMS.maxDischargeA(), model.currentA());
    model.fixCurrent(Double.NaN);
    model.step(STEP);
    assertTrue(Math.abs(model.currentA()) < 100);
  }

  @Test
  void aFullPackTakesNoMoreAndAnEmptyOneGivesNoMore() {
    BatteryModel full = new BatteryModel(PackType.BYD, 1, 0.99);
    full.fixCurrent(25);
    run(full, STEPS_PER_HOUR / 4);
    assertEquals(0, full.currentA(), 0);
    assertTrue(full.soc() > 0.98);

    BatteryModel empty = new BatteryModel(PackType.BYD, 1, 0.01);
    empty.fixCurrent(-25);
    run(empty, STEPS_PER_HOUR / 4);
    assertEquals(0, empty.currentA(), 0);
    assertTrue(empty.soc() < 0.02);
  }

  // 25 A out of 25 Ah for a quarter of an hour is a quarter of the charge.
  @Test
  void stateOfChargeAndEnergyFollowTheCurrent() {
    BatteryModel model = new BatteryModel(PackType.BYD, 1, 0.6);
    double discharged = model.dischargedWh();
    model.fixCurrent(-25);
    run(model, STEPS_PER_HOUR / 4);
    assertEquals(0.35, model.soc(), 0.005);
    assertEquals(2600, model.dischargedWh() - discharged, 150);
    assertEquals(model.capacityWh() * model.soc(), model.remainingWh(), 1e-9);
  }

  @Test
  void chargingRaisesTheVoltageAndDischargingLowersIt() {
    BatteryModel idle = new BatteryModel(PackType.TINYBMS, 1, 0.5);
    BatteryModel charging = new BatteryModel(PackType.TINYBMS, 1, 0.5);
    BatteryModel discharging = new BatteryModel(PackType.TINYBMS, 1, 0.5);
    idle.fixCurrent(0);
    charging.fixCurrent(100);
    discharging.fixCurrent(-100);
    for (BatteryModel model : List.of(idle, charging, discharging)) {
      model.step(STEP);
    }
    assertEquals(16 * 0.025, charging.volts() - idle.volts(), 0.01);
    assertEquals(-16 * 0.025, discharging.volts() - idle.volts(), 0.01);
  }

  @Test
  void temperatureRisesWithTheLoad() {
    for (PackType type : List.of(PackType.TINYBMS, PackType.BYD)) {
      List<Double> celsius = new ArrayList<>();
      for (double share : new double[] {0, 0.5, 1}) {
        BatteryModel model = new BatteryModel(type, 1, 0.9);
        model.fixCurrent(-share * type.maxDischargeA());
        run(model, STEPS_PER_HOUR / 2);
        celsius.add(model.celsius());
      }
      assertTrue(celsius.get(1) > celsius.get(0) + 0.2, type + " " + celsius);
      assertTrue(celsius.get(2) > celsius.get(1) + 0.6, type + " " + celsius);
    }
  }

  // Balancing takes charge out of the high cells, so that they come together.
  @Test
  void balancingBringsTheCellsTogether() {
    BatteryModel model = new BatteryModel(PackType.BYD, 5, 0.985);
    model.fixCurrent(0);
    double before = model.highestCellVolts() - model.lowestCellVolts();
    run(model, 4 * STEPS_PER_HOUR);
    assertTrue(model.highestCellVolts() - model.lowestCellVolts() < before / 2);
  }

  @Test
  void refusesAPackThatCannotBe() {
    assertThrows(IllegalArgumentException.class, () -> new PackType(0, 1, 1, 1, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> new PackType(16, Double.NaN, 1, 1, 1, 1));
  }
}
