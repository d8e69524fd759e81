package dev.voltbus.outbox;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// What a test of an outbox needs: Vert.x, a clock, the events so far, and waiting.
final class Rig {
  private static final int LIMIT_SECONDS = 60;

  final Vertx vertx = Vertx.vertx();
  final TestingTime time = new TestingTime();
  final List<OutboxEvent> events = new CopyOnWriteArrayList<>();
  private final List<Outbox> opened = new ArrayList<>();

  /// Small enough that a few hundred records fill several segments.
  static OutboxOptions small(Path folder) {
    return OutboxOptions.of(folder)
        .withSegmentBytes(4096)
        .withMostBytes(1 << 20)
        .withMemoryBytes(16 * 1024)
        .withQueueBytes(1 << 20);
  }

  Outbox open(OutboxOptions options) throws Exception {
    Outbox outbox = await(Outbox.open(vertx, options, time, events::add));
    opened.add(outbox);
    return outbox;
  }

  static <T> T await(Future<T> future) throws Exception {
    return future.await(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  static <T extends Throwable> T failure(Class<T> type, Future<?> future) {
    return assertThrows(type, () -> await(future));
  }

  static Stored append(Outbox outbox, String text) throws Exception {
    return await(outbox.append(Buffer.buffer(text)));
  }

  /// Appends `PREFIX1`, `PREFIX2` and so on in one go.
  static List<Stored> appendMany(Outbox outbox, String prefix, int count) throws Exception {
    List<Future<Stored>> all = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      all.add(outbox.append(Buffer.buffer(prefix + i)));
    }
    await(Future.all(all));
    return all.stream().map(Future::result).toList();
  }

  /// Everything that is not acknowledged, read in portions.
  static List<OutboxRecord> readAll(Outbox outbox) throws Exception {
    List<OutboxRecord> all = new ArrayList<>();
    List<OutboxRecord> portion = await(outbox.read(0, 100));
    while (!portion.isEmpty()) {
      all.addAll(portion);
      portion = await(outbox.read(portion.getLast().sequence(), 100));
    }
    return all;
  }

  static List<String> texts(Outbox outbox) throws Exception {
    return readAll(outbox).stream().map(record -> record.payload().toString()).toList();
  }

  static List<String> numbered(String prefix, int from, int to) {
    return Stream.iterate(from, i -> i <= to, i -> i + 1).map(i -> prefix + i).toList();
  }

  <T extends OutboxEvent> List<T> told(Class<T> type) {
    return events.stream().filter(type::isInstance).map(type::cast).toList();
  }

  /// The folder as a power cut at this moment would leave it.
  static Path image(Path folder, Path target) throws IOException {
    Files.createDirectories(target);
    try (Stream<Path> files = Files.list(folder)) {
      // Reading the lock file would end the lock.
      for (Path file : files.filter(each -> !each.endsWith("lock")).toList()) {
        Files.copy(file, target.resolve(file.getFileName()));
      }
    }
    return target;
  }

  static List<Path> segments(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".segment")).sorted().toList();
    }
  }

  void close() throws Exception {
    for (Outbox outbox : opened) {
      await(outbox.close());
    }
    await(vertx.close());
  }
}
