package dev.voltbus.acquisition;

import dev.voltbus.contract.Metrics;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleSupplier;

/// Counters that tests can read, by name and device or link.
final class TestingMetrics implements Metrics {
  private final Map<String, AtomicLong> counters = new ConcurrentHashMap<>();

  /// @param owner the last label's value
  long count(String name, String owner) {
    return counter(name + " " + owner).get();
  }

  private AtomicLong counter(String key) {
    return counters.computeIfAbsent(key, fresh -> new AtomicLong());
  }

  @Override
  public Counter counter(String name, String help, String... labels) {
    return counter(name + " " + labels[labels.length - 1])::addAndGet;
  }

  @Override
  public Timing timing(String name, String help, String... labels) {
    return nanos -> {};
  }

  @Override
  public void gauge(String name, String help, DoubleSupplier figure, String... labels) {}
}
