package dev.voltbus.mqtt;

import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.OutboxBounds;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.outbox.Outbox;
import dev.voltbus.outbox.OutboxLockedException;
import dev.voltbus.outbox.OutboxOptions;
import dev.voltbus.outbox.OutboxStatistics;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where the outboxes of publications lie, `<state>/outbox/<site>/<publication>`, and which of them
/// have no publication any more: what waits there is sent by nobody, so operators are told of it.
/// It is never deleted by itself.
final class Outboxes {
  private static final Logger LOG = LoggerFactory.getLogger(Outboxes.class);
  private static final int SEGMENTS = 8;

  private final Vertx vertx;
  private final TimeSource time;
  private final Map<Path, Long> orphaned = new ConcurrentHashMap<>();

  private Outboxes(Vertx vertx, TimeSource time) {
    this.vertx = vertx;
    this.time = time;
  }

  static Path folder(Path state, String site, String publication) {
    return state.resolve("outbox").resolve(site).resolve(publication);
  }

  static OutboxOptions options(Path folder, OutboxBounds bounds) {
    OutboxOptions usual = OutboxOptions.of(folder);
    long segment = Math.min(usual.segmentBytes(), bounds.mostBytes() / SEGMENTS);
    return usual
        .withSegmentBytes((int) segment)
        .withMostBytes(bounds.mostBytes())
        .withLongestAge(bounds.longestAge());
  }

  /// Looks through a site's outboxes for those without a publication.
  ///
  /// @param used names of the publications that may have one
  /// @return completes when all were looked at
  static Future<Void> watch(
      Vertx vertx, TimeSource time, Metrics metrics, Path state, String site, Set<String> used) {
    Outboxes outboxes = new Outboxes(vertx, time);
    metrics.gauge(
        "voltbus_mqtt_outbox_orphaned_records",
        "Samples that wait in outboxes of publications there are no more",
        () -> outboxes.orphaned.values().stream().mapToLong(Long::longValue).sum(),
        "site",
        site);
    return vertx
        .executeBlocking(() -> unused(state.resolve("outbox").resolve(site), used))
        .compose(found -> outboxes.lookAt(Objects.requireNonNull(found)));
  }

  private static List<Path> unused(Path site, Set<String> used) throws IOException {
    if (!Files.isDirectory(site)) {
      return List.of();
    }
    try (Stream<Path> folders = Files.list(site)) {
      return folders
          .filter(Files::isDirectory)
          .filter(folder -> !used.contains(folder.getFileName().toString()))
          .sorted()
          .toList();
    }
  }

  /// One after the other: an open outbox has a thread.
  private Future<Void> lookAt(List<Path> folders) {
    Future<Void> done = Future.succeededFuture();
    for (Path folder : folders) {
      done = done.compose(before -> lookAt(folder));
    }
    return done;
  }

  /// With no bounds, so that looking drops nothing. One that is open has somebody who sends.
  private Future<Void> lookAt(Path folder) {
    OutboxOptions unbounded =
        OutboxOptions.of(folder)
            .withMostBytes(new OutboxBounds(OutboxBounds.MOST_MIB, Duration.ofDays(1)).mostBytes())
            .withLongestAge(OutboxBounds.MOST_AGE);
    return Outbox.open(vertx, unbounded, time, event -> {})
        .compose(outbox -> {
          say(folder, outbox.statistics());
          return outbox.close();
        })
        .recover(failure ->
            failure instanceof OutboxLockedException
                ? Future.succeededFuture()
                : Future.failedFuture(failure));
  }

  private void say(Path folder, OutboxStatistics found) {
    if (found.records() > 0) {
      orphaned.put(folder, found.records());
      LOG.warn(
          "mqtt outbox={} orphaned: {} samples wait, the oldest for {} s, and no publication sends"
              + " them; name one so again, or delete the folder",
          folder,
          found.records(),
          found.oldestAge().toSeconds());
    }
  }
}
