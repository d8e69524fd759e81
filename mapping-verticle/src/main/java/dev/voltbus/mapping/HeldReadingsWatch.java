package dev.voltbus.mapping;

import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.WireSource;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Counts the readings of a device that are held back, and logs when that begins and ends.
final class HeldReadingsWatch implements HeldReadings {
  private static final Logger LOG = LoggerFactory.getLogger(HeldReadingsWatch.class);

  private final String device;
  private final SnapshotLayout layout;
  private final Metrics.@Nullable Counter[] counters;
  private final long[] inARow;

  HeldReadingsWatch(String site, String device, SnapshotLayout layout, Metrics metrics) {
    this.device = device;
    this.layout = layout;
    this.counters = new Metrics.Counter[layout.size()];
    this.inARow = new long[layout.size()];
    for (int i = 0; i < counters.length; i++) {
      RegisterSpec spec = layout.spec(i);
      if (spec.guard().isActive()) {
        counters[i] =
            metrics.counter(
                "voltbus_mapping_held_readings_total",
                "Readings that the guard of their register held back",
                "site",
                site,
                "device",
                device,
                "key",
                spec.key());
      }
    }
  }

  @Override
  public void held(int index, double value, QualityReason reason, short[] words) {
    Metrics.@Nullable Counter counter = counters[index];
    if (counter != null) {
      counter.increment();
    }
    if (inARow[index]++ == 0) {
      LOG.warn(
          "device={} {} reads {}, held back: {} (words {})",
          device,
          layout.spec(index).key(),
          value,
          reason.text(),
          hex(index, words));
    }
  }

  private String hex(int index, short[] words) {
    StringBuilder out = new StringBuilder();
    int count = layout.spec(index).source() instanceof WireSource wire ? wire.words() : 0;
    for (int i = 0; i < count; i++) {
      short word = words[layout.wordsAt(index) + i];
      out.append(i == 0 ? "" : " ").append(HexFormat.of().withUpperCase().toHexDigits(word));
    }
    return out.toString();
  }

  @Override
  public void taken(int index) {
    if (inARow[index] > 0) {
      LOG.info(
          "device={} {} is taken again after {} reading(s) held back",
          device,
          layout.spec(index).key(),
          inARow[index]);
      inARow[index] = 0;
    }
  }
}
