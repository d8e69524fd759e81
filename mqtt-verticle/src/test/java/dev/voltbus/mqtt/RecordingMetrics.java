package dev.voltbus.mqtt;

import dev.voltbus.contract.Metrics;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleSupplier;

/// Keeps counters and gauges by name and labels: `voltbus_x_total{a=b,c=d}`.
final class RecordingMetrics implements Metrics {
  private final Map<String, AtomicLong> counters = new ConcurrentHashMap<>();
  private final Map<String, DoubleSupplier> gauges = new ConcurrentHashMap<>();

  @Override
  public Counter counter(String name, String help, String... labels) {
    AtomicLong count = counters.computeIfAbsent(name(name, labels), key -> new AtomicLong());
    return count::addAndGet;
  }

  @Override
  public Timing timing(String name, String help, String... labels) {
    return nanos -> {};
  }

  @Override
  public void gauge(String name, String help, DoubleSupplier figure, String... labels) {
    gauges.put(name(name, labels), figure);
  }

  private static String name(String name, String... labels) {
    StringBuilder out = new StringBuilder(name);
    for (int i = 0; i < labels.length; i += 2) {
      out.append(i == 0 ? "{" : ",").append(labels[i]).append('=').append(labels[i + 1]);
    }
    return out.append('}').toString();
  }

  /// Sum of the counters whose name and labels contain all parts.
  long count(String... parts) {
    return counters.entrySet().stream()
        .filter(entry -> containsAll(entry.getKey(), parts))
        .mapToLong(entry -> entry.getValue().get())
        .sum();
  }

  double gauge(String... parts) {
    return gauges.entrySet().stream()
        .filter(entry -> containsAll(entry.getKey(), parts))
        .mapToDouble(entry -> entry.getValue().getAsDouble())
        .sum();
  }

  private static boolean containsAll(String name, String... parts) {
    for (String part : parts) {
      if (!name.contains(part)) {
        return false;
      }
    }
    return true;
  }
}
