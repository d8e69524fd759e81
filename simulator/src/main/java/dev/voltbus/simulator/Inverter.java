package dev.voltbus.simulator;

import static dev.voltbus.simulator.Row.readOnly;

import dev.voltbus.simulator.SimulatedDevice.Table;
import java.time.Duration;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
  private final Supplier<Duration> clock;
  private final SimulatedDevice device = new SimulatedDevice("inverter", 3, 6, 16);
  private int chargeLimit = BASE_DECIAMPERE;
  private int dischargeLimit = BASE_DECIAMPERE;
  private int revertAfter;
  private @Nullable Duration revertAt;

  /// One whose timer runs by the clock of the machine.
  Inverter(BatteryModel model) {
    this(model, () -> Duration.ofNanos(System.nanoTime()));
  }

  /// @param clock only ever goes on; where it begins does not matter
  Inverter(BatteryModel model, Supplier<Duration> clock) {
    this.model = model;
    this.clock = clock;
    device
        .readable(Table.HOLDING, 0, 15)
        .with(Table.HOLDING, limit(CHARGE_LIMIT, () -> chargeLimit, w -> chargeLimit = w))
        .with(Table.HOLDING, limit(DISCHARGE_LIMIT, () -> dischargeLimit, w -> dischargeLimit = w))
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
    revertIfOver();
    return chargeLimit / 10.0;
  }

  double dischargeLimitA() {
    revertIfOver();
    return dischargeLimit / 10.0;
  }

  private Row limit(int address, IntSupplier has, IntConsumer written) {
    return new Row(
        address,
        1,
        () -> {
          revertIfOver();
          return one(has.getAsInt());
        },
        new Row.Bounds(0, MOST_DECIAMPERE, false, false),
        words -> {
          revertIfOver();
          written.accept(words[0]);
        });
  }

  /// What nobody looks at need not happen in time.
  private void revertIfOver() {
    if (revertAt != null && revertAt.compareTo(clock.get()) <= 0) {
      revertAt = null;
      chargeLimit = BASE_DECIAMPERE;
      dischargeLimit = BASE_DECIAMPERE;
    }
  }

  private void arm(int seconds) {
    revertIfOver();
    revertAfter = seconds;
    revertAt = seconds == 0 ? null : clock.get().plusSeconds(seconds);
  }

  /// Rounded up: 0 only when the timer does not run.
  private int secondsLeft() {
    revertIfOver();
    return revertAt == null
        ? 0
        : (int) revertAt.minus(clock.get()).plusSeconds(1).minusNanos(1).toSeconds();
  }

  private int state() {
    return model.currentA() > IDLE_A ? 1 : model.currentA() < -IDLE_A ? 2 : 0;
  }

  private static int[] one(int word) {
    return new int[] {word};
  }
}
