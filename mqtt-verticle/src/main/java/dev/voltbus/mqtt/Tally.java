package dev.voltbus.mqtt;

import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.TimeSource;

/// The figures of one connection. Made once for each publication, whoever holds its lease. Written
/// on one event loop, read by whoever asks for metrics.
final class Tally {
  private static final double NANOS = 1e9;
  private static final double MILLIS = 1e3;

  private final TimeSource time;
  private final Metrics.Counter published;
  private final Metrics.Counter failures;
  private final Metrics.Counter reconnects;
  private final Metrics.Counter oversized;
  private volatile State state = State.NONE;
  private volatile long publishedMillis;

  /// @param isWanted whether there should be a connection
  /// @param isConnected whether there is one
  /// @param offlineNanos time without one before `sinceNanos`
  /// @param sinceNanos when this state began
  private record State(boolean isWanted, boolean isConnected, long offlineNanos, long sinceNanos) {
    private static final State NONE = new State(false, false, 0, 0);

    private long offlineNanos(long now) {
      return offlineNanos + (isWanted && !isConnected ? now - sinceNanos : 0);
    }

    private State after(boolean isStillWanted, boolean isNowConnected, long now) {
      return new State(isStillWanted, isNowConnected, offlineNanos(now), now);
    }
  }

  private Tally(Metrics metrics, TimeSource time, String[] labels) {
    this.time = time;
    metrics.gauge(
        "voltbus_mqtt_connected",
        "1 while the broker has accepted the connection",
        () -> state.isConnected ? 1 : 0,
        labels);
    metrics.gauge(
        "voltbus_mqtt_offline_seconds",
        "Time without a connection that should be there, since the process started",
        () -> state.offlineNanos(time.monotonicNanos()) / NANOS,
        labels);
    metrics.gauge(
        "voltbus_mqtt_last_published_seconds",
        "When the broker took the last message, Unix time; 0 if none yet",
        () -> publishedMillis / MILLIS,
        labels);
    this.published =
        metrics.counter("voltbus_mqtt_published_total", "Messages the broker has", labels);
    this.failures =
        metrics.counter(
            "voltbus_mqtt_publish_failures_total", "Messages that did not get there", labels);
    this.reconnects =
        metrics.counter("voltbus_mqtt_reconnects_total", "Connections after the first", labels);
    this.oversized =
        metrics.counter(
            "voltbus_mqtt_oversized_total", "Messages not sent, larger than max-payload", labels);
  }

  static Tally of(Metrics metrics, TimeSource time, Publication publication, String connection) {
    return of(metrics, time, publication.broker().name(), publication.name(), connection);
  }

  /// @param publication name of the publication, empty where the connection belongs to none
  static Tally of(
      Metrics metrics, TimeSource time, String broker, String publication, String connection) {
    return new Tally(
        metrics,
        time,
        new String[] {"broker", broker, "publication", publication, "connection", connection});
  }

  /// There is a connection, or there should be one.
  void connected(boolean isConnected) {
    state = state.after(true, isConnected, time.monotonicNanos());
  }

  /// There is none, and none is wanted.
  void ended() {
    state = state.after(false, false, time.monotonicNanos());
  }

  void published() {
    published.increment();
    publishedMillis = time.wallMillis();
  }

  void failed() {
    failures.increment();
  }

  void oversized() {
    oversized.increment();
  }

  void reconnected() {
    reconnects.increment();
  }
}
