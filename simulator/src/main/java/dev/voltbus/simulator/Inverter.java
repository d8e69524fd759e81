package dev.voltbus.simulator;

import static dev.voltbus.simulator.Row.readOnly;

import dev.voltbus.simulator.SimulatedDevice.Table;
import java.time.Duration;
import java.util.function.Supplier;

/// An invented inverter that charges and discharges the TinyBMS pack within limits written to it.
///
/// Its map stands in `docs/reference/simulator.md`. When the revert timer runs out, both limits go
/// back to their base.
final class Inverter {
  static final int UNIT = 1;

  private static final int CHARGE_LIMIT = 0;
  private static final int DISCHARGE_LIMIT = 1;
  private static final int REVERT_TIMER = 2;
  private static final int MOST_DECIAMPERE = 2000;
  private static final int BASE_DECIAMPERE = 1000;
  private static final double IDLE_A = 0.5;

  private final BatteryModel model;
  private final Supplier<Duration> sinceStep;
  private final SimulatedDevice device = new SimulatedDevice("inverter", 3, 6, 16);
  private int chargeLimit = BASE_DECIAMPERE;
  private int dischargeLimit = BASE_DECIAMPERE;
  private int revertAfter;
  private Duration remaining = Duration.ZERO;

  /// An inverter whose timer is only ever started together with a step.
  Inverter(BatteryModel model) {
    this(model, () -> Duration.ZERO);
  }

  /// @param sinceStep time since the last step: a timer that starts between two steps must not run
  ///   out early
  Inverter(BatteryModel model, Supplier<Duration> sinceStep) {
    this.model = model;
    this.sinceStep = sinceStep;
    Row.Bounds ampere = new Row.Bounds(0, MOST_DECIAMPERE, false, false);
    device
        .readable(Table.HOLDING, 0, 15)
        .with(
            Table.HOLDING,
            new Row(CHARGE_LIMIT, 1, () -> one(chargeLimit), ampere, w -> chargeLimit = w[0]))
        .with(
            Table.HOLDING,
            new Row(
                DISCHARGE_LIMIT, 1, () -> one(dischargeLimit), ampere, w -> dischargeLimit = w[0]))
        .with(
            Table.HOLDING,
            new Row(
                REVERT_TIMER,
                1,
                () -> one(revertAfter),
                new Row.Bounds(0, 0xFFFF, false, false),
                w -> arm(w[0])))
        .with(Table.HOLDING, readOnly(10, 1, () -> RawWords.s16(model.currentA() * 10)))
        .with(Table.HOLDING, readOnly(11, 1, () -> one(state())))
        .with(Table.HOLDING, readOnly(12, 1, () -> one(secondsLeft())));
  }

  SimulatedDevice device() {
    return device;
  }

  double chargeLimitA() {
    return chargeLimit / 10.0;
  }

  double dischargeLimitA() {
    return dischargeLimit / 10.0;
  }

  /// Lets the revert timer run.
  void step(Duration time) {
    if (remaining.isPositive()) {
      remaining = remaining.minus(time);
      if (!remaining.isPositive()) {
        chargeLimit = BASE_DECIAMPERE;
        dischargeLimit = BASE_DECIAMPERE;
      }
    }
  }

  private void arm(int seconds) {
    revertAfter = seconds;
    remaining = seconds == 0 ? Duration.ZERO : Duration.ofSeconds(seconds).plus(sinceStep.get());
  }

  /// Rounded up: 0 only when the timer does not run.
  private int secondsLeft() {
    int left = (int) remaining.plusSeconds(1).minusNanos(1).toSeconds();
    return remaining.isPositive() ? Math.min(revertAfter, left) : 0;
  }

  private int state() {
    return model.currentA() > IDLE_A ? 1 : model.currentA() < -IDLE_A ? 2 : 0;
  }

  private static int[] one(int word) {
    return new int[] {word};
  }
}
