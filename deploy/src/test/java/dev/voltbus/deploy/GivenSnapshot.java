package dev.voltbus.deploy;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.Quality;
import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.RegisterCodec;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.WireSource;
import java.util.Arrays;
import java.util.Map;

/// A snapshot of a device with values by key, as a test case gives them; what it does not give was
/// never read.
final class GivenSnapshot {
  private final SnapshotLayout layout;
  private final double[] values;
  private final long[] raws;
  private final byte[] qualities;
  private final byte[] reasons;
  private final short[] words;

  private GivenSnapshot(Device device) {
    layout = SnapshotLayout.of(device.map());
    values = new double[layout.size()];
    raws = new long[layout.size()];
    qualities = new byte[layout.size()];
    reasons = new byte[layout.size()];
    words = new short[layout.totalWords()];
    Arrays.fill(qualities, (byte) Quality.BAD.ordinal());
    Arrays.fill(reasons, (byte) QualityReason.NOT_READ_YET.ordinal());
  }

  /// @param given numbers, or texts for registers that are texts
  /// @param readAt Unix milliseconds
  static DeviceSnapshot of(Device device, Map<String, Object> given, long sequence, long readAt) {
    GivenSnapshot snapshot = new GivenSnapshot(device);
    given.forEach(snapshot::set);
    return snapshot.build(device, sequence, readAt);
  }

  private void set(String key, Object value) {
    int index = layout.indexOf(key);
    if (index < 0) {
      throw new IllegalArgumentException("no register " + key);
    }
    RegisterSpec spec = layout.spec(index);
    if (value instanceof String text) {
      short[] encoded = RegisterCodec.of(spec).encodeText(text);
      System.arraycopy(encoded, 0, words, layout.wordsAt(index), encoded.length);
    } else {
      values[index] = ((Number) value).doubleValue();
      raws[index] = raw(spec, values[index]);
    }
    qualities[index] = (byte) Quality.GOOD.ordinal();
    reasons[index] = (byte) QualityReason.NONE.ordinal();
  }

  private static long raw(RegisterSpec spec, double value) {
    return spec.source() instanceof WireSource
        ? Math.round(value / spec.scaling().scale().doubleValue())
        : (long) value;
  }

  private DeviceSnapshot build(Device device, long sequence, long readAt) {
    PollGroup[] groups = device.map().groups().toArray(PollGroup[]::new);
    long[] readAts = new long[groups.length];
    Arrays.fill(readAts, readAt);
    return new DeviceSnapshot(
        device.name(),
        layout.id(),
        1,
        1,
        sequence,
        new DeviceSnapshot.Columns(
            values,
            raws,
            qualities,
            reasons,
            words,
            readAts,
            new int[groups.length],
            Arrays.stream(groups).mapToInt(g -> (int) g.staleAfter().toMillis()).toArray(),
            Arrays.stream(groups).mapToInt(g -> (int) g.unavailableAfter().toMillis()).toArray()));
  }
}
