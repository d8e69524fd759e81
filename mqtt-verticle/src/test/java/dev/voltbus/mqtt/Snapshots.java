package dev.voltbus.mqtt;

import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.Quality;
import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.ReceivedSnapshot;
import dev.voltbus.contract.RegisterCodec;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.SnapshotLayout;
import java.util.Arrays;
import java.util.List;

/// Builds snapshots by key. What is not set was never read.
final class Snapshots {
  static final long READ_AT = 1_700_000_000_000L;

  private final SnapshotLayout layout;
  private final double[] values;
  private final long[] raws;
  private final byte[] qualities;
  private final byte[] reasons;
  private final short[] words;
  private long readAt = READ_AT;
  private int ageMillis;
  private String device = Fixtures.DEVICE;
  private long sequence = 1;

  Snapshots(RegisterMap map) {
    layout = SnapshotLayout.of(map);
    values = new double[layout.size()];
    raws = new long[layout.size()];
    qualities = new byte[layout.size()];
    reasons = new byte[layout.size()];
    words = new short[layout.totalWords()];
    Arrays.fill(qualities, (byte) Quality.BAD.ordinal());
    Arrays.fill(reasons, (byte) QualityReason.NOT_READ_YET.ordinal());
  }

  /// A pack that charges with 10.5 A.
  static Snapshots charging() {
    return new Snapshots(Fixtures.pack())
        .good("cell_voltage_1", 3301.2, 33012)
        .good("cell_voltage_2", 3299.6, 32996)
        .bad("cell_voltage_3", QualityReason.SENSOR_ABSENT)
        .good("battery_pack_voltage", 52.8, 5280)
        .good("battery_pack_current", 10.5, 105)
        .good("external_temperature_1", 24.3, 243)
        .good("state_of_charge", 85.123456, 85123456)
        .good("system_status", 0x91, 0x91)
        .good("overvoltage_cutoff_mv", 3650, 3650)
        .text("manufacturer_name", "ENEPAQ")
        .good("pack_power_w", 554.4, 554)
        .good("system_state", 3, 0x91);
  }

  /// The same with so many volts.
  static Snapshots charging(int volts) {
    return charging().good("battery_pack_voltage", volts, volts * 100L);
  }

  Snapshots good(String key, double value, long raw) {
    return set(key, value, raw, Quality.GOOD, QualityReason.NONE);
  }

  Snapshots bad(String key, QualityReason reason) {
    return set(key, 0, 0, Quality.BAD, reason);
  }

  /// All values failed for one reason.
  Snapshots bad(QualityReason reason) {
    for (int i = 0; i < layout.size(); i++) {
      bad(layout.spec(i).key(), reason);
    }
    return this;
  }

  Snapshots text(String key, String text) {
    int index = layout.indexOf(key);
    RegisterSpec spec = layout.spec(index);
    short[] encoded = RegisterCodec.of(spec).encodeText(text);
    System.arraycopy(encoded, 0, words, layout.wordsAt(index), encoded.length);
    return set(key, 0, 0, Quality.GOOD, QualityReason.NONE);
  }

  private Snapshots set(String key, double value, long raw, Quality quality, QualityReason reason) {
    int index = layout.indexOf(key);
    values[index] = value;
    raws[index] = raw;
    qualities[index] = (byte) quality.ordinal();
    reasons[index] = (byte) reason.ordinal();
    return this;
  }

  Snapshots readAt(long millis) {
    readAt = millis;
    return this;
  }

  Snapshots of(String name) {
    device = name;
    return this;
  }

  Snapshots aged(int millis) {
    ageMillis = millis;
    return this;
  }

  Snapshots sequence(long number) {
    sequence = number;
    return this;
  }

  DeviceSnapshot build() {
    List<PollGroup> groups = layout.map().groups();
    long[] readAts = new long[groups.size()];
    int[] ages = new int[groups.size()];
    Arrays.fill(readAts, readAt);
    Arrays.fill(ages, ageMillis);
    return new DeviceSnapshot(
        device,
        layout.id(),
        1,
        1,
        sequence,
        new DeviceSnapshot.Columns(
            values.clone(),
            raws.clone(),
            qualities.clone(),
            reasons.clone(),
            words.clone(),
            readAts,
            ages,
            groups.stream().mapToInt(g -> (int) g.staleAfter().toMillis()).toArray(),
            groups.stream().mapToInt(g -> (int) g.unavailableAfter().toMillis()).toArray()));
  }

  ReceivedSnapshot received(long nowNanos) {
    return new ReceivedSnapshot(build(), layout, nowNanos);
  }
}
