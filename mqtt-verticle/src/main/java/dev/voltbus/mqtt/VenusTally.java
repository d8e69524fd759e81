package dev.voltbus.mqtt;

import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.Publication;
import java.util.HashMap;
import java.util.Map;

/// Counts what was asked of a Venus OS publication, by what became of it.
final class VenusTally {
  private final Metrics metrics;
  private final Publication publication;
  private final Map<String, Metrics.Counter> counters = new HashMap<>();

  VenusTally(Metrics metrics, Publication publication) {
    this.metrics = metrics;
    this.publication = publication;
  }

  void count(String result) {
    counters
        .computeIfAbsent(
            result,
            key ->
                metrics.counter(
                    "voltbus_mqtt_venus_requests_total",
                    "Venus OS requests received, by what became of them",
                    "broker",
                    publication.broker().name(),
                    "publication",
                    publication.name(),
                    "result",
                    key))
        .increment();
  }
}
