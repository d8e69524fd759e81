package dev.voltbus.simulator;

/// What a battery pack is made of.
///
/// @param cells cells in series, 1..512
/// @param capacityAh capacity in Ah
/// @param milliohmPerCell inner resistance of a cell
/// @param maxChargeA most the cells take
/// @param maxDischargeA most the cells give, as magnitude
/// @param swingA amplitude of the load profile
record PackType(
    int cells,
    double capacityAh,
    double milliohmPerCell,
    double maxChargeA,
    double maxDischargeA,
    double swingA) {

  /// 16 LFP cells of 314 Ah behind a TinyBMS.
  static final PackType TINYBMS = new PackType(16, 314, 0.25, 150, 200, 60);

  /// 128 LFP cells of 25 Ah: about 410 V and 10 kWh, like a BYD Battery-Box HV.
  static final PackType BYD = new PackType(128, 25, 1.6, 25, 25, 18);

  PackType {
    if (cells < 1 || cells > 512 || !(capacityAh > 0) || !(milliohmPerCell > 0)) {
      throw new IllegalArgumentException(
          "pack of " + cells + " cells, " + capacityAh + " Ah, " + milliohmPerCell + " mOhm");
    }
  }
}
