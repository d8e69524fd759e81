package dev.voltbus.simulator;

import static dev.voltbus.simulator.Row.readOnly;

import dev.voltbus.simulator.SimulatedDevice.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;

/// A BYD-type battery as an inverter sees it (contract battery-emulator section 6): functions 3, 6,
/// 16, 23; one map below address 30000 where unset words read 0; power registers count charging
/// negative.
final class BydBattery {
  static final int UNIT = 21;

  private static final int LAST_ADDRESS = 29_999;
  private static final int CAPACITY_CAP_WH = 57_960;
  private static final int POWER_CAP_W = 30_000;
  private static final int ACTIVE = 3;
  private static final double SOH_PERCENT = 99;

  private final BatteryModel model;
  private final SimulatedDevice device = new SimulatedDevice("byd", 3, 6, 16, 23);

  BydBattery(BatteryModel model) {
    this.model = model;
    device
        .readable(Table.HOLDING, 0, LAST_ADDRESS)
        .with(Table.HOLDING, texts())
        .with(Table.HOLDING, design())
        .with(Table.HOLDING, live())
        .with(Table.HOLDING, inverterArea());
  }

  SimulatedDevice device() {
    return device;
  }

  private static List<Row> texts() {
    return List.of(
        text(100, 1, "SI"),
        fixed(101, 1),
        text(102, 16, "BYD"),
        text(118, 16, "BYD Battery-Box Premium HV"),
        text(134, 8, "5.0"),
        text(142, 8, "3.26"),
        text(150, 16, "P030T020Z19111800001"),
        fixed(166, 1, 0));
  }

  private List<Row> design() {
    return List.of(
        fixed(200, 0, 0),
        number(202, () -> Math.min(CAPACITY_CAP_WH, model.capacityWh())),
        fixed(203, 40_960),
        fixed(204, 40_960),
        number(205, () -> model.type().cells() * 3.65 * 10),
        number(206, () -> model.type().cells() * 2.5 * 10),
        fixed(207, 53_248, 10, 53_248, 10, 0, 0));
  }

  private List<Row> live() {
    return List.of(
        fixed(300, ACTIVE),
        fixed(301, 0),
        readOnly(302, 1, () -> new int[] {mode()}),
        number(303, () -> Math.max(100, model.soc() * 10_000)),
        number(304, () -> Math.min(CAPACITY_CAP_WH, model.capacityWh())),
        number(305, () -> Math.min(CAPACITY_CAP_WH, model.remainingWh())),
        number(306, () -> Math.min(POWER_CAP_W, model.type().maxDischargeA() * model.volts())),
        number(307, () -> Math.min(POWER_CAP_W, model.type().maxChargeA() * model.volts())),
        number(308, () -> model.volts() * 10),
        signed(309, () -> -model.powerW()),
        number(310, () -> model.volts() * 10),
        signed(311, () -> -model.powerW()),
        signed(312, () -> (model.celsius() - 1.2) * 10),
        signed(313, () -> model.celsius() * 10),
        readOnly(314, 4, () -> RawWords.u64HighFirst((long) model.chargedWh())),
        readOnly(318, 4, () -> RawWords.u64HighFirst((long) model.dischargedWh())),
        signed(322, () -> model.celsius() * 10),
        number(323, () -> SOH_PERCENT * 100));
  }

  private int mode() {
    return model.currentA() > 0.1 ? 129 : model.currentA() < -0.1 ? 130 : 128;
  }

  /// Words the inverter writes; 401 is its heartbeat.
  private static List<Row> inverterArea() {
    List<Row> rows = new ArrayList<>();
    for (int address = 400; address < 500; address++) {
      rows.add(Row.setting(address, new int[] {0}, new Row.Bounds(0, 0xFFFF, false, false)));
    }
    return rows;
  }

  private static Row text(int address, int words, String text) {
    return fixed(address, RawWords.text(text, words));
  }

  private static Row fixed(int address, int... words) {
    return readOnly(address, words.length, words::clone);
  }

  private static Row number(int address, DoubleSupplier raw) {
    return readOnly(address, 1, () -> RawWords.u16(raw.getAsDouble()));
  }

  private static Row signed(int address, DoubleSupplier raw) {
    return readOnly(address, 1, () -> RawWords.s16(raw.getAsDouble()));
  }
}
