package dev.voltbus.mqtt;

import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.outbox.DiskState.InMemory;
import dev.voltbus.outbox.DiskState.OnDisk;
import dev.voltbus.outbox.Outbox;
import dev.voltbus.outbox.OutboxEvent;
import dev.voltbus.outbox.OutboxEvent.Damaged;
import dev.voltbus.outbox.OutboxEvent.DiskChanged;
import dev.voltbus.outbox.OutboxEvent.Dropped;
import dev.voltbus.outbox.OutboxStatistics;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells operators of a publication's outbox: figures, and a line for each change. One for a
/// publication, however often its outbox is opened.
final class SpoolWatch implements Consumer<OutboxEvent> {
  private static final Logger LOG = LoggerFactory.getLogger(SpoolWatch.class);

  /// An outbox that stays full gives up samples again and again.
  private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final TimeSource time;
  private final String label;
  private final Metrics.Counter lost;
  private volatile @Nullable Outbox shown;
  private boolean hasComplained;
  private long complainedNanos;

  SpoolWatch(TimeSource time, Metrics metrics, Publication publication) {
    String[] labels = {
      "broker", publication.broker().name(), "publication", publication.name(),
    };
    this.time = time;
    this.label = "mqtt broker=" + labels[1] + " publication=" + labels[3];
    this.lost =
        metrics.counter(
            "voltbus_mqtt_outbox_lost_total",
            "Samples given up: the outbox was full or overloaded, they were too old, a file broke",
            labels);
    metrics.gauge(
        "voltbus_mqtt_outbox_records",
        "Samples that wait for the broker",
        () -> figure(OutboxStatistics::records),
        labels);
    metrics.gauge(
        "voltbus_mqtt_outbox_bytes",
        "Bytes of the samples that wait",
        () -> figure(OutboxStatistics::bytes),
        labels);
    metrics.gauge(
        "voltbus_mqtt_outbox_oldest_seconds",
        "Age of the oldest sample that waits",
        () -> figure(figures -> figures.oldestAge().toSeconds()),
        labels);
  }

  private double figure(ToDoubleFunction<OutboxStatistics> which) {
    @Nullable Outbox outbox = shown;
    return outbox == null ? 0 : which.applyAsDouble(outbox.statistics());
  }

  String label() {
    return label;
  }

  /// From now on its figures are shown; null shows none.
  void show(@Nullable Outbox outbox) {
    shown = outbox;
  }

  @Override
  public void accept(OutboxEvent event) {
    switch (event) {
      case DiskChanged(OnDisk onDisk) -> LOG.info("{} outbox: the disk works again", label);
      case DiskChanged(InMemory(String reason)) ->
          LOG.warn("{} outbox: the disk fails, samples are in memory only: {}", label, reason);
      case Dropped gone ->
          lost(
              gone.records(),
              gone.records()
                  + " samples of "
                  + at(gone.oldestMillis())
                  + " to "
                  + at(gone.newestMillis())
                  + " given up, "
                  + bound(gone.bound()));
      case Damaged broken -> {
        lost.add(broken.records());
        LOG.error("{} outbox: file {}: {}", label, broken.file(), broken.reason());
      }
    }
  }

  private static Instant at(long millis) {
    return Instant.ofEpochMilli(millis);
  }

  private static String bound(OutboxEvent.Bound bound) {
    return switch (bound) {
      case BYTES -> "the outbox is full";
      case AGE -> "they are too old";
      case MEMORY -> "memory is full and the disk fails";
    };
  }

  /// Samples are gone for good. Said at once, and then at most each minute; the counter has all.
  void lost(long count, String reason) {
    lost.add(count);
    long now = time.monotonicNanos();
    if (!hasComplained || now - complainedNanos >= QUIET_NANOS) {
      hasComplained = true;
      complainedNanos = now;
      LOG.error("{} outbox: samples are lost: {}", label, reason);
    }
  }
}
