package dev.voltbus.simulator;

import java.time.Duration;
import java.util.Arrays;
import java.util.Random;

/// A LFP pack with enough physics to be believed: the state of charge follows the current, cells
/// spread and drift, the temperature follows the loss, limits are obeyed.
///
/// Deterministic: the same type, seed and steps give the same run. Current is positive when the
/// pack charges.
final class BatteryModel {
  private static final double COULOMB_EFFICIENCY = 0.995;
  private static final double SELF_BALANCING_A = 0.15;
  private static final double BALANCING_FROM_V = 3.40;

  /// A cell of 314 Ah weighs 5.6 kg and takes about 1 kJ/(kg K).
  private static final double HEAT_CAPACITY_J_PER_K_PER_AH = 18;

  /// Time in which a pack without load comes near the temperature around it.
  private static final double COOLING_TIME_S = 7200;

  private static final double PROFILE_PERIOD_S = 24;
  private static final double[] SOC_POINTS = {0, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 0.97, 1};
  private static final double[] OCV_POINTS = {
    2.60, 3.02, 3.16, 3.22, 3.28, 3.30, 3.33, 3.345, 3.38, 3.52
  };

  private final PackType type;
  private final Random random;
  private final double[] cellSoc;
  private final double[] cellVolts;
  private final boolean[] balancing;
  private double seconds;
  private double currentA;
  private double noiseA;
  private double celsius = 24;
  private double ambientCelsius = 21;
  private double chargedWh = 120_345;
  private double dischargedWh = 113_456;
  private double chargeLimitA = Double.MAX_VALUE;
  private double dischargeLimitA = Double.MAX_VALUE;
  private double fixedA = Double.NaN;

  /// @param startSoc state of charge at the start, 0..1
  BatteryModel(PackType type, long seed, double startSoc) {
    this.type = type;
    this.random = new Random(seed);
    this.cellSoc = new double[type.cells()];
    this.cellVolts = new double[type.cells()];
    this.balancing = new boolean[type.cells()];
    for (int i = 0; i < cellSoc.length; i++) {
      cellSoc[i] = Math.clamp(startSoc + random.nextGaussian() * 0.004, 0, 1);
    }
    settle();
  }

  /// Lets time pass.
  void step(Duration time) {
    double dt = time.toNanos() / 1e9;
    seconds += dt;
    noiseA = 0.9 * noiseA + random.nextGaussian() * type.swingA() * 0.02;
    currentA = limited(Double.isNaN(fixedA) ? wanted() : fixedA);
    move(dt);
    warm(dt);
    settle();
    double wattHours = powerW() * dt / 3600;
    chargedWh += Math.max(0, wattHours);
    dischargedWh += Math.max(0, -wattHours);
  }

  /// Charges and discharges in turn, and leans towards a half full pack.
  private double wanted() {
    double wave = Math.sin(2 * Math.PI * seconds / PROFILE_PERIOD_S);
    double lean = (0.55 - soc()) * 0.5;
    return type.swingA() * (wave + lean) + noiseA;
  }

  private double limited(double wantedA) {
    double charge = Math.min(type.maxChargeA(), chargeLimitA);
    double discharge = Math.min(type.maxDischargeA(), dischargeLimitA);
    double allowed = Math.clamp(wantedA, -discharge, charge);
    boolean full = highestSoc() >= 1 && allowed > 0;
    boolean empty = lowestSoc() <= 0 && allowed < 0;
    return full || empty ? 0 : allowed;
  }

  private void move(double dt) {
    double efficiency = currentA > 0 ? COULOMB_EFFICIENCY : 1;
    double lowest = lowestSoc();
    for (int i = 0; i < cellSoc.length; i++) {
      balancing[i] = cellVolts[i] > BALANCING_FROM_V && cellSoc[i] > lowest + 0.002;
      double bled = balancing[i] ? SELF_BALANCING_A : 0;
      double drift = random.nextGaussian() * 1e-7;
      double amps = currentA * efficiency - bled;
      cellSoc[i] = Math.clamp(cellSoc[i] + amps * dt / 3600 / type.capacityAh() + drift, 0, 1);
    }
  }

  /// All cells are alike: each takes its own loss and cools by itself.
  private void warm(double dt) {
    double lossW = currentA * currentA * type.milliohmPerCell() / 1000;
    double warming = lossW / (HEAT_CAPACITY_J_PER_K_PER_AH * type.capacityAh());
    double cooling = (celsius - ambientCelsius) / COOLING_TIME_S;
    celsius += (warming - cooling) * dt;
    ambientCelsius = 21 + 2 * Math.sin(2 * Math.PI * seconds / 86_400);
  }

  private void settle() {
    for (int i = 0; i < cellVolts.length; i++) {
      double drop = currentA * type.milliohmPerCell() / 1000;
      cellVolts[i] = openCircuit(cellSoc[i]) + drop + random.nextGaussian() * 0.0004;
    }
  }

  private static double openCircuit(double soc) {
    int i = 1;
    while (i < SOC_POINTS.length - 1 && soc > SOC_POINTS[i]) {
      i++;
    }
    double share = (soc - SOC_POINTS[i - 1]) / (SOC_POINTS[i] - SOC_POINTS[i - 1]);
    return OCV_POINTS[i - 1] + share * (OCV_POINTS[i] - OCV_POINTS[i - 1]);
  }

  /// The most the pack may be charged and discharged with, as magnitudes in A.
  void limit(double chargeA, double dischargeA) {
    chargeLimitA = Math.max(0, chargeA);
    dischargeLimitA = Math.max(0, dischargeA);
  }

  /// Fixes the current the surroundings want (limits still hold); NaN brings the profile back.
  void fixCurrent(double ampere) {
    fixedA = ampere;
  }

  /// Sets every cell to a state of charge, 0..1.
  void setSoc(double soc) {
    Arrays.fill(cellSoc, Math.clamp(soc, 0, 1));
  }

  PackType type() {
    return type;
  }

  /// Seconds since the start of the run.
  double seconds() {
    return seconds;
  }

  /// Mean state of charge of the cells, 0..1.
  double soc() {
    double sum = 0;
    for (double cell : cellSoc) {
      sum += cell;
    }
    return sum / cellSoc.length;
  }

  private double lowestSoc() {
    return Arrays.stream(cellSoc).min().orElse(0);
  }

  private double highestSoc() {
    return Arrays.stream(cellSoc).max().orElse(0);
  }

  double cellVolts(int cell) {
    return cellVolts[cell];
  }

  double lowestCellVolts() {
    return Arrays.stream(cellVolts).min().orElse(0);
  }

  double highestCellVolts() {
    return Arrays.stream(cellVolts).max().orElse(0);
  }

  boolean isBalancing(int cell) {
    return balancing[cell];
  }

  /// Pack voltage in V.
  double volts() {
    return Arrays.stream(cellVolts).sum();
  }

  /// Current in A, positive when the pack charges.
  double currentA() {
    return currentA;
  }

  /// Power in W, positive when the pack charges.
  double powerW() {
    return volts() * currentA;
  }

  double celsius() {
    return celsius;
  }

  double capacityWh() {
    return type.capacityAh() * type.cells() * 3.2;
  }

  double remainingWh() {
    return capacityWh() * soc();
  }

  double chargedWh() {
    return chargedWh;
  }

  double dischargedWh() {
    return dischargedWh;
  }
}
