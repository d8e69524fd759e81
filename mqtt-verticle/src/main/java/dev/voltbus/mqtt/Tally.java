package dev.voltbus.mqtt;

import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.Publication;
import java.util.concurrent.atomic.AtomicBoolean;

/// The figures of one connection. Made once for each publication, whoever holds its lease.
final class Tally {
  private final AtomicBoolean connected = new AtomicBoolean();
  private final Metrics.Counter published;
  private final Metrics.Counter failures;
  private final Metrics.Counter reconnects;

  private Tally(Metrics metrics, String[] labels) {
    metrics.gauge(
        "voltbus_mqtt_connected",
        "1 while the broker has accepted the connection",
        () -> connected.get() ? 1 : 0,
        labels);
    this.published =
        metrics.counter("voltbus_mqtt_published_total", "Messages the broker has", labels);
    this.failures =
        metrics.counter(
            "voltbus_mqtt_publish_failures_total", "Messages that did not get there", labels);
    this.reconnects =
        metrics.counter("voltbus_mqtt_reconnects_total", "Connections after the first", labels);
  }

  static Tally of(Metrics metrics, Publication publication, String connection) {
    return of(metrics, publication.broker().name(), publication.name(), connection);
  }

  /// @param publication name of the publication, empty where the connection belongs to none
  static Tally of(Metrics metrics, String broker, String publication, String connection) {
    return new Tally(
        metrics,
        new String[] {"broker", broker, "publication", publication, "connection", connection});
  }

  void connected(boolean isConnected) {
    connected.set(isConnected);
  }

  void published() {
    published.increment();
  }

  void failed() {
    failures.increment();
  }

  void reconnected() {
    reconnects.increment();
  }
}
