package dev.voltbus.command;

import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.Quality;
import dev.voltbus.contract.ReadLimits;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.WireType;
import java.time.Duration;
import java.util.List;

/// A battery that says its current, positive while charging, and what it allows.
final class TestingMap {
  private static final int STALE_MILLIS = 60_000;

  private TestingMap() {}

  static RegisterMap of() {
    return new RegisterMap(
        "pack",
        List.of(
            RegisterSpec.of("current", WireSource.holding(0, WireType.S16)),
            RegisterSpec.of("allowed", WireSource.holding(1, WireType.U16))),
        List.of(PollGroup.every("default", Duration.ofSeconds(1))),
        ReadLimits.MODBUS);
  }

  static DeviceSnapshot snapshot(String device, long sequence, double current, double allowed) {
    return snapshot(device, sequence, current, allowed, Quality.GOOD);
  }

  static DeviceSnapshot badSnapshot(String device, long sequence) {
    return snapshot(device, sequence, 0, 0, Quality.BAD);
  }

  private static DeviceSnapshot snapshot(
      String device, long sequence, double current, double allowed, Quality quality) {
    return snapshot(device, 1, sequence, current, allowed, quality);
  }

  static DeviceSnapshot snapshot(
      String device, long token, long sequence, double current, double allowed, Quality quality) {
    byte good = (byte) quality.ordinal();
    return new DeviceSnapshot(
        device,
        SnapshotLayout.of(of()).id(),
        token,
        1,
        sequence,
        new DeviceSnapshot.Columns(
            new double[] {current, allowed},
            new long[] {(long) current, (long) allowed},
            new byte[] {good, good},
            new byte[] {0, 0},
            new short[] {(short) current, (short) allowed},
            new long[] {System.currentTimeMillis()},
            new int[] {0},
            new int[] {STALE_MILLIS},
            new int[] {STALE_MILLIS}));
  }
}
