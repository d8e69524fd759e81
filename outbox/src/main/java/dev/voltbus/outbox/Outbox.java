package dev.voltbus.outbox;

import dev.voltbus.contract.TimeSource;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A bounded log of records on disk, for what must not be lost before somebody else has it.
///
/// A record that was appended is read again and again, also after a restart, until it is
/// acknowledged. After a crash some acknowledged records may come again; none that was stored on
/// disk is missing, unless a bound or a damaged file took it, and then the listener hears how many.
///
/// ```java
/// Outbox.open(vertx, OutboxOptions.of(folder), TimeSource.system(), event -> LOG.info("{}", event))
///     .compose(outbox -> outbox.append(payload));
/// ```
///
/// No method blocks. Futures complete, and the listener is called, on the context that opened it.
public final class Outbox {
  static final Logger LOG = LoggerFactory.getLogger(Outbox.class);

  private final OutboxOptions options;
  private final TimeSource time;
  private final Intake intake;
  private final Reports reports;
  private final Segments segments;
  private final Keeper keeper;

  private Outbox(
      Context owner, OutboxOptions options, TimeSource time, Consumer<OutboxEvent> listener) {
    this.options = options;
    this.time = time;
    this.intake = new Intake(options);
    this.reports = new Reports(owner, listener);
    this.segments = new Segments(options.folder(), reports);
    this.keeper = new Keeper(options, time, intake, segments, reports);
  }

  /// Opens the folder and finds out what it holds. A disk that does not work is no reason to fail:
  /// the outbox begins in memory then, and says so.
  ///
  /// @param listener hears of drops, damage and the disk; it must not block
  /// @return fails with [OutboxLockedException] if the folder is open elsewhere
  public static Future<Outbox> open(
      Vertx vertx, OutboxOptions options, TimeSource time, Consumer<OutboxEvent> listener) {
    Outbox outbox = new Outbox(vertx.getOrCreateContext(), options, time, listener);
    Promise<Void> opened = Promise.promise();
    outbox.keeper.start(opened);
    return opened.future().map(done -> outbox);
  }

  public OutboxOptions options() {
    return options;
  }

  /// Stores a record behind all others. Many appends share one write to the disk.
  ///
  /// @param payload copied at once; at most [OutboxOptions#largestPayload] bytes
  /// @return completes when the record is on disk, or in memory while the disk does not work; fails
  ///   with [OutboxOverloadException] if too much waits already
  public Future<Stored> append(Buffer payload) {
    if (payload.length() > options.largestPayload()) {
      throw new IllegalArgumentException(
          "outbox %s: payload of %d bytes is longer than %d"
              .formatted(options.folder(), payload.length(), options.largestPayload()));
    }
    return submit(new Job.Append(payload.getBytes(), time.wallMillis()));
  }

  /// Reads unacknowledged records in order. A reader begins with 0 and goes on with the sequence of
  /// the last record it got; beginning with 0 again repeats what is not acknowledged yet.
  ///
  /// @param after sequence behind which to begin, 0 for the front
  /// @param most how many records at most, 1 or more; there may be fewer of large ones
  /// @return empty if there is nothing more now; fails with [OutboxReadException] if the next ones
  ///   cannot be read
  public Future<List<OutboxRecord>> read(long after, int most) {
    if (after < 0 || most < 1) {
      throw new IllegalArgumentException(
          "outbox %s: cannot read %d records behind %d".formatted(options.folder(), most, after));
    }
    return submit(new Job.Read(after, most));
  }

  /// A record is not needed any more. Order does not matter, nor does repetition. This is saved
  /// within seconds, not at once.
  public void acknowledge(long sequence) {
    segments.acknowledge(sequence);
  }

  /// Neither this record nor any before it is needed any more.
  public void acknowledgeUpTo(long sequence) {
    segments.acknowledgeUpTo(sequence);
  }

  /// Saves the acknowledgements and applies the bounds now, as far as the disk works.
  public Future<Void> flush() {
    return submit(new Job.Flush());
  }

  /// How it stands, from any thread.
  public OutboxStatistics statistics() {
    return new OutboxStatistics(
        segments.records(),
        segments.bytes(FileSegment.class) + segments.bytes(MemorySegment.class),
        keeper.upkeep().oldestAge(),
        reports.droppedRecords(),
        reports.droppedBytes(),
        reports.lostRecords(),
        reports.damagedBytes(),
        keeper.commits(),
        intake.refused(),
        reports.disk());
  }

  /// Stores what waits, saves the acknowledgements and lets go of the folder. Calling it again
  /// returns the same future.
  public Future<Void> close() {
    return intake.close(new Job.Close()).future();
  }

  private <T> Future<T> submit(Job<T> job) {
    OutboxException refusal = intake.offer(job);
    return refusal == null ? job.future() : Future.failedFuture(refusal);
  }
}
