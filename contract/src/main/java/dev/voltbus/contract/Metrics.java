package dev.voltbus.contract;

import java.util.function.DoubleSupplier;

/// Where roles report figures for operators. Names follow Prometheus' habits:
/// `voltbus_polls_total`, `_seconds`, `_bytes`; labels come in pairs of name and value.
public interface Metrics {

  /// A figure that only grows.
  interface Counter {
    void add(long amount);

    default void increment() {
      add(1);
    }
  }

  /// Durations.
  interface Timing {
    void record(long nanos);
  }

  Counter counter(String name, String help, String... labels);

  Timing timing(String name, String help, String... labels);

  /// A figure asked for when somebody looks.
  void gauge(String name, String help, DoubleSupplier figure, String... labels);

  /// Reports nowhere.
  static Metrics none() {
    return new Metrics() {
      @Override
      public Counter counter(String name, String help, String... labels) {
        return amount -> {};
      }

      @Override
      public Timing timing(String name, String help, String... labels) {
        return nanos -> {};
      }

      @Override
      public void gauge(String name, String help, DoubleSupplier figure, String... labels) {}
    };
  }
}
