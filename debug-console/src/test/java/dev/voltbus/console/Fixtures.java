package dev.voltbus.console;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.DeviceReadPlan;
import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.Link;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.Presentation;
import dev.voltbus.contract.Quality;
import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.ReadLimits;
import dev.voltbus.contract.RegisterCodec;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.RegisterTable;
import dev.voltbus.contract.Scaling;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.WireType;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// A small site, and snapshots as mapping would publish them.
final class Fixtures {
  static final String SITE = "test-site";
  static final String BMS = "bms-1";
  static final long TOKEN = 7;

  private Fixtures() {}

  /// One battery on one link. Values are stale after 3 s and bad after 4 s.
  static Site site() {
    return siteWith(battery());
  }

  static Site siteWith(RegisterMap map) {
    return new Site(
        SITE,
        List.of(Link.to("rack", "tcp://192.0.2.10:502")),
        List.of(new Device(BMS, "rack", 1, map)),
        List.of());
  }

  /// Voltage, SOC, an enumerated mode and a temperature whose sensor may be absent.
  static RegisterMap battery() {
    return mapOf(
        List.of(
            RegisterSpec.of("mode", WireSource.holding(50, WireType.U16))
                .withPresentation(
                    Presentation.NONE.withLabel("Mode").withTexts(Map.of(1L, "charging"))),
            RegisterSpec.of("pack_volts", WireSource.holding(36, WireType.U16))
                .withScaling(Scaling.by("0.01"))
                .withPresentation(
                    Presentation.NONE
                        .withLabel("Pack Voltage")
                        .withUnit("V")
                        .withPrecision(2)
                        .withDbusPath("/Dc/0/Voltage")),
            RegisterSpec.of("soc", WireSource.holding(46, WireType.U16))
                .withPresentation(Presentation.NONE.withUnit("%")),
            RegisterSpec.of("temperature", WireSource.holding(48, WireType.S16))
                .withAbsent(-32768L)));
  }

  /// As many registers as a large device has.
  static RegisterMap large(int registers) {
    return mapOf(
        IntStream.range(0, registers)
            .mapToObj(i -> RegisterSpec.of("cell_" + i, WireSource.holding(i, WireType.U16)))
            .toList());
  }

  private static RegisterMap mapOf(List<RegisterSpec> registers) {
    return new RegisterMap(
        "Test BMS",
        registers,
        List.of(PollGroup.every(RegisterSpec.DEFAULT_GROUP, Duration.ofSeconds(1))),
        ReadLimits.MODBUS);
  }

  /// 52.00 V, 81 %, charging, 21 degrees.
  static DeviceSnapshot snapshot(long sequence) {
    return snapshot(battery(), sequence, 1, 5200, 81, 21);
  }

  /// A snapshot read 100 ms before it was sent; raw numbers in the order of the map.
  static DeviceSnapshot snapshot(RegisterMap map, long sequence, long... raws) {
    return snapshotOf(TOKEN, map, sequence, raws);
  }

  static DeviceSnapshot snapshotOf(long token, RegisterMap map, long sequence, long... raws) {
    SnapshotLayout layout = SnapshotLayout.of(map);
    double[] values = new double[raws.length];
    byte[] qualities = new byte[raws.length];
    byte[] reasons = new byte[raws.length];
    short[] words = new short[raws.length];
    for (int i = 0; i < raws.length; i++) {
      RegisterCodec codec = layout.codec(i);
      QualityReason reason = codec.check(raws[i]);
      boolean good = reason == QualityReason.NONE;
      values[i] = good ? codec.value(raws[i]) : 0;
      qualities[i] = (byte) (good ? Quality.GOOD : Quality.BAD).ordinal();
      reasons[i] = (byte) reason.ordinal();
      words[i] = (short) raws[i];
    }
    PollGroup group = map.groups().getFirst();
    return new DeviceSnapshot(
        BMS,
        layout.id(),
        token,
        1,
        sequence,
        new DeviceSnapshot.Columns(
            values,
            raws.clone(),
            qualities,
            reasons,
            words,
            new long[] {1_790_000_000_000L},
            new int[] {100},
            new int[] {(int) group.staleAfter().toMillis()},
            new int[] {(int) group.unavailableAfter().toMillis()}));
  }

  /// A plan that reads the battery in two requests and leaves the temperature out.
  static DeviceReadPlan plan(long token, long sequence) {
    return new DeviceReadPlan(
        BMS,
        token,
        1,
        sequence,
        DeviceReadPlan.Standing.ANSWERING,
        50,
        new DeviceReadPlan.Limits(100, 125, 4, 4, 4, 600_000),
        List.of(
            new DeviceReadPlan.Group(
                RegisterSpec.DEFAULT_GROUP,
                1000,
                List.of(
                    request(36, 11, 2, "a register behind it is left out"),
                    request(50, 1, 1, "ends with the last register")))),
        List.of(
            new DeviceReadPlan.LeftOut(
                RegisterTable.HOLDING,
                48,
                1,
                List.of("temperature"),
                "exception 2 (illegal data address)",
                3,
                8000)),
        0,
        0);
  }

  private static DeviceReadPlan.Request request(int address, int count, int registers, String why) {
    return new DeviceReadPlan.Request(RegisterTable.HOLDING, address, count, registers, 0, why);
  }

  static long[] all(int size, long raw) {
    long[] raws = new long[size];
    Arrays.fill(raws, raw);
    return raws;
  }
}
