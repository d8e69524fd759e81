package dev.voltbus.simulator;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/// The protections of the simulated TinyBMS: a cell or a temperature beyond the cut-off of a
/// setting stops charging or discharging until it is back by a margin. Currents need none here, as
/// the model never exceeds their cut-offs.
final class Protections {

  /// What is guarded, with the setting that holds its cut-off.
  enum Kind {
    OVER_VOLTAGE(315),
    UNDER_VOLTAGE(316),
    OVER_HEAT(319),
    LOW_TEMPERATURE_CHARGE(320);

    private final int setting;

    Kind(int setting) {
      this.setting = setting;
    }
  }

  private static final double MILLIVOLT_MARGIN = 50;
  private static final double CELSIUS_MARGIN = 2;

  private final BatteryModel model;
  private final IntUnaryOperator settings;
  private final Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
  private final Map<Kind, Boolean> active = new EnumMap<>(Kind.class);

  /// @param settings raw number of a setting by its address
  Protections(BatteryModel model, IntUnaryOperator settings) {
    this.model = model;
    this.settings = settings;
  }

  void step() {
    for (Kind kind : Kind.values()) {
      boolean was = is(kind);
      boolean now = excess(kind) > (was ? -margin(kind) : 0);
      active.put(kind, now);
      if (now && !was) {
        counts.merge(kind, 1, Integer::sum);
      }
    }
  }

  /// How far the guarded figure lies beyond its cut-off, in mV or degrees.
  private double excess(Kind kind) {
    double cutoff = settings.applyAsInt(kind.setting);
    return switch (kind) {
      case OVER_VOLTAGE -> model.highestCellVolts() * 1000 - cutoff;
      case UNDER_VOLTAGE -> cutoff - model.lowestCellVolts() * 1000;
      case OVER_HEAT -> model.celsius() - cutoff;
      case LOW_TEMPERATURE_CHARGE -> cutoff - model.celsius();
    };
  }

  private static double margin(Kind kind) {
    return switch (kind) {
      case OVER_VOLTAGE, UNDER_VOLTAGE -> MILLIVOLT_MARGIN;
      case OVER_HEAT, LOW_TEMPERATURE_CHARGE -> CELSIUS_MARGIN;
    };
  }

  private boolean is(Kind kind) {
    return active.getOrDefault(kind, false);
  }

  boolean isActive() {
    return blocksCharge() || blocksDischarge();
  }

  boolean blocksCharge() {
    return is(Kind.OVER_VOLTAGE) || is(Kind.OVER_HEAT) || is(Kind.LOW_TEMPERATURE_CHARGE);
  }

  boolean blocksDischarge() {
    return is(Kind.UNDER_VOLTAGE) || is(Kind.OVER_HEAT);
  }

  /// How often it has acted.
  int count(Kind kind) {
    return counts.getOrDefault(kind, 0);
  }
}
