package dev.voltbus.simulator;

import static dev.voltbus.simulator.Row.readOnly;

import dev.voltbus.simulator.SimulatedDevice.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleSupplier;

/// A TinyBMS after its communication protocol Rev D: functions 3 and 16, unit 170, u32 and f32 low
/// word first, settings 300..343 writable.
final class TinyBms {
  static final int UNIT = 170;

  /// How its live words are laid out.
  enum Variant {
    /// As its protocol says.
    REV_D,
    /// Voltage, current and state of charge in one word each, state of health in 0.1 %: as the
    /// bridge firmware decodes them (contract tinybms, column map `bridge`).
    BRIDGE
  }

  private static final int ABSENT = 0x8000;
  private static final int CELLS = 16;
  private static final double IDLE_A = 0.5;
  private static final double PERCENT_OF_SETTING = 0.002;

  /// Settings: address, least, greatest, initial raw number, signed. Bounds and initial numbers as
  /// in the register list of contract tinybms; where that gives none, those of its code list.
  private static final int[][] SETTINGS = {
    {300, 1200, 4500, 3650, 0},
    {301, 1000, 3500, 3250, 0},
    {303, 1000, 4500, 3400, 0},
    {304, 100, 5000, 1000, 0},
    {305, 1, 750, 70, 0},
    {306, 10, 65500, 31400, 0},
    {307, 4, 16, 16, 0},
    {308, 15, 100, 15, 0},
    {310, 5, 60, 20, 0},
    {311, 0, 60, 5, 0},
    {314, 1, 5, 2, 0},
    {315, 1200, 4500, 3800, 0},
    {316, 800, 3500, 2800, 0},
    {317, 1, 750, 65, 0},
    {318, 1, 750, 90, 0},
    {319, 20, 90, 60, 1},
    {320, -40, 10, 0, 1},
    {321, 60, 95, 80, 0},
    {322, 10, 65000, 5000, 0},
    {323, 0, 50000, 100, 0},
    {328, 0, 50000, 40, 0},
    {329, 0, 7, 0, 0},
    {331, 0, 8, 0, 0},
    {332, 1, 30, 5, 0},
    {333, 1, 9, 1, 0},
    {334, 0, 6, 0, 0},
    {335, 1, 7, 1, 0},
    {336, 0, 2, 0, 0},
    {338, 0, 7, 7, 0},
    {339, 0, 1, 0, 0},
    {340, 0, 1, 0, 0},
    {341, 0, 8, 0, 0},
    {342, 0, 7, 0, 0},
    {343, 0, 2, 1, 0},
  };

  private static final int DISCHARGE_CUTOFF = 317;
  private static final int CHARGE_CUTOFF = 318;
  private static final int CHARGER_TYPE = 330;
  private static final int PRECHARGE_PIN = 337;
  private static final int STATE_OF_HEALTH = 323;
  private static final int STATE_OF_CHARGE = 328;

  private final BatteryModel model;
  private final SimulatedDevice device = new SimulatedDevice("tinybms", 3, 16);
  private final Protections protections;
  private double sohPercent = 99;
  private double highestChargeA;
  private double highestDischargeA;
  private double highestSpread;
  private double lowestCelsius = 127;
  private double highestCelsius = -128;

  TinyBms(BatteryModel model) {
    this(model, Variant.REV_D);
  }

  TinyBms(BatteryModel model, Variant variant) {
    this.model = model;
    this.protections = new Protections(model, this::setting);
    device
        .readable(Table.HOLDING, 0, 59)
        .readable(Table.HOLDING, 100, 119)
        .readable(Table.HOLDING, 200, 297)
        .readable(Table.HOLDING, 300, 343)
        .readable(Table.HOLDING, 500, 509)
        .with(Table.HOLDING, cells())
        .with(Table.HOLDING, live())
        .with(Table.HOLDING, variant == Variant.REV_D ? ofRevD() : ofBridge())
        .with(Table.HOLDING, statistics())
        .with(Table.HOLDING, events())
        .with(Table.HOLDING, settings())
        .with(Table.HOLDING, versions());
  }

  SimulatedDevice device() {
    return device;
  }

  /// Follows the extremes the statistics show and lets the protections act; once for each step of
  /// the model.
  void step() {
    protections.step();
    highestChargeA = Math.max(highestChargeA, model.currentA());
    highestDischargeA = Math.max(highestDischargeA, -model.currentA());
    highestSpread = Math.max(highestSpread, model.highestCellVolts() - model.lowestCellVolts());
    lowestCelsius = Math.min(lowestCelsius, model.celsius());
    highestCelsius = Math.max(highestCelsius, model.celsius());
  }

  /// The most it lets in, in A: its cut-off, or nothing while a protection acts.
  int chargeCutoffA() {
    return protections.blocksCharge() ? 0 : setting(CHARGE_CUTOFF);
  }

  /// The most it lets out, in A.
  int dischargeCutoffA() {
    return protections.blocksDischarge() ? 0 : setting(DISCHARGE_CUTOFF);
  }

  /// The raw number of a setting, signed.
  private int setting(int address) {
    try {
      return (short) device.read(Table.HOLDING, address, 1)[0];
    } catch (Refusal impossible) {
      throw new IllegalStateException("setting " + address + " cannot be read", impossible);
    }
  }

  private List<Row> cells() {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < CELLS; i++) {
      int cell = i;
      boolean fitted = i < model.type().cells();
      rows.add(number(i, () -> fitted ? model.cellVolts(cell) * 10_000 : 0));
    }
    return rows;
  }

  private List<Row> live() {
    return List.of(
        readOnly(32, 2, () -> RawWords.u32LowFirst(7_654_321 + (long) model.seconds())),
        readOnly(34, 2, () -> RawWords.u32LowFirst(secondsLeft())),
        number(40, () -> model.lowestCellVolts() * 1000),
        number(41, () -> model.highestCellVolts() * 1000),
        signed(42, () -> (model.celsius() - 0.8) * 10),
        readOnly(43, 1, () -> new int[] {ABSENT}),
        number(44, () -> 0),
        signed(48, () -> model.celsius() * 10),
        readOnly(50, 1, () -> new int[] {status()}),
        readOnly(51, 1, () -> new int[] {balancingBits()}),
        readOnly(52, 1, () -> new int[] {balancingBits()}),
        number(53, () -> Math.min(CELLS, model.type().cells())),
        readOnly(54, 2, () -> RawWords.f32LowFirst(0)));
  }

  private List<Row> ofRevD() {
    return List.of(
        readOnly(36, 2, () -> RawWords.f32LowFirst(rounded(model.volts(), 100))),
        readOnly(38, 2, () -> RawWords.f32LowFirst(rounded(model.currentA(), 100))),
        number(45, () -> sohPercent / PERCENT_OF_SETTING),
        readOnly(46, 2, () -> RawWords.u32LowFirst(Math.round(model.soc() * 100e6))));
  }

  private List<Row> ofBridge() {
    return List.of(
        number(36, () -> model.volts() * 100),
        signed(38, () -> model.currentA() * 10),
        number(45, () -> sohPercent * 10),
        number(46, () -> model.soc() * 1000));
  }

  private long secondsLeft() {
    double ampere = Math.max(IDLE_A, Math.abs(model.currentA()));
    double hours = model.soc() * model.type().capacityAh() / ampere;
    return Math.round(hours * 3600);
  }

  private int status() {
    if (protections.isActive()) {
      return 0x9B;
    }
    if (model.soc() >= 0.999) {
      return 0x92;
    }
    return model.currentA() > IDLE_A ? 0x91 : model.currentA() < -IDLE_A ? 0x93 : 0x97;
  }

  private int balancingBits() {
    int bits = 0;
    for (int i = 0; i < Math.min(CELLS, model.type().cells()); i++) {
      bits |= model.isBalancing(i) ? 1 << i : 0;
    }
    return bits;
  }

  private List<Row> statistics() {
    List<Row> rows = new ArrayList<>();
    rows.add(readOnly(100, 2, () -> RawWords.u32LowFirst(0)));
    rows.add(number(102, () -> highestDischargeA * 10));
    rows.add(number(103, () -> highestChargeA * 10));
    rows.add(number(104, () -> highestSpread * 10_000));
    rows.add(number(105, () -> protections.count(Protections.Kind.UNDER_VOLTAGE)));
    rows.add(number(106, () -> protections.count(Protections.Kind.OVER_VOLTAGE)));
    rows.add(number(107, () -> 0));
    rows.add(number(108, () -> 0));
    rows.add(number(109, () -> protections.count(Protections.Kind.OVER_HEAT)));
    rows.add(number(111, () -> 42));
    rows.add(number(112, () -> 17));
    rows.add(
        readOnly(
            113,
            1,
            () ->
                RawWords.bytes((int) Math.round(highestCelsius), (int) Math.round(lowestCelsius))));
    rows.add(readOnly(114, 1, () -> RawWords.bytes(1, 0)));
    rows.add(readOnly(116, 2, () -> RawWords.u32LowFirst(1_000)));
    return rows;
  }

  /// 49 events of two words; the first three are in use.
  private static List<Row> events() {
    int[] words = new int[98];
    int[][] events = {{0x000100, 0x71}, {0x01C200, 0x61}, {0x02A350, 0x62}};
    for (int i = 0; i < events.length; i++) {
      words[2 * i] = events[i][0] & 0xFFFF;
      words[2 * i + 1] = events[i][1] << 8 | events[i][0] >>> 16;
    }
    return List.of(readOnly(200, words.length, words::clone));
  }

  private List<Row> settings() {
    List<Row> rows = new ArrayList<>();
    for (int[] setting : SETTINGS) {
      Row.Bounds bounds = new Row.Bounds(setting[1], setting[2], setting[4] == 1, true);
      Row row = Row.setting(setting[0], new int[] {setting[3] & 0xFFFF}, bounds);
      rows.add(row.andThen(words -> take(row.address(), words[0])));
    }
    rows.add(
        Row.setting(312, RawWords.u32LowFirst(1_000), new Row.Bounds(1, 100_000, false, true)));
    rows.add(Row.setting(CHARGER_TYPE, new int[] {1}, TinyBms::isChargerType));
    rows.add(Row.setting(PRECHARGE_PIN, new int[] {0}, TinyBms::isPrechargePin));
    return rows;
  }

  /// Writing state of health or of charge changes what the BMS shows from then on.
  private void take(int address, int raw) {
    if (address == STATE_OF_HEALTH) {
      sohPercent = raw * PERCENT_OF_SETTING;
    } else if (address == STATE_OF_CHARGE) {
      model.setSoc(raw * PERCENT_OF_SETTING / 100);
    }
  }

  /// Low byte charger type 0..1, high byte discharge over-current time-out 0..30 s.
  private static boolean isChargerType(int[] words) {
    return (words[0] & 0xFF) <= 1 && words[0] >>> 8 <= 30;
  }

  /// 0 disabled, 2..9 and 16 pins.
  private static boolean isPrechargePin(int[] words) {
    return words[0] == 0 || (words[0] >= 2 && words[0] <= 9) || words[0] == 16;
  }

  private static List<Row> versions() {
    return List.of(
        readOnly(500, 1, () -> RawWords.bytes(0, 1)),
        readOnly(501, 1, () -> RawWords.bytes(0b010, 5)),
        readOnly(502, 1, () -> new int[] {2309}),
        readOnly(503, 1, () -> RawWords.bytes(1, 3)),
        readOnly(504, 6, () -> RawWords.text(String.format(Locale.ROOT, "SIM%09d", 1), 6)));
  }

  private static double rounded(double number, double steps) {
    return Math.round(number * steps) / steps;
  }

  private static Row number(int address, DoubleSupplier raw) {
    return readOnly(address, 1, () -> RawWords.u16(raw.getAsDouble()));
  }

  private static Row signed(int address, DoubleSupplier raw) {
    return readOnly(address, 1, () -> RawWords.s16(raw.getAsDouble()));
  }
}
