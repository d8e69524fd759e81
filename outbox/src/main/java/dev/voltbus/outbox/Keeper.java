package dev.voltbus.outbox;

import dev.voltbus.contract.TimeSource;
import io.vertx.core.Promise;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// The outbox's own thread: all file work, and nothing else. It takes what waits, stores all its
/// records with one write to the disk, then does the rest. A platform thread, because a write to a
/// slow disk blocks in the kernel, where a virtual thread would take its carrier with it.
final class Keeper {
  /// Longest pause between two looks at files, bounds and disk.
  private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final OutboxOptions options;
  private final Intake intake;
  private final Segments segments;
  private final Store store;
  private final Upkeep upkeep;
  private final Reports reports;

  Keeper(
      OutboxOptions options, TimeSource time, Intake intake, Segments segments, Reports reports) {
    this.options = options;
    this.intake = intake;
    this.segments = segments;
    this.store = new Store(options, time, segments, reports);
    this.upkeep = new Upkeep(options, time, segments, store, reports);
    this.reports = reports;
  }

  Upkeep upkeep() {
    return upkeep;
  }

  long commits() {
    return store.commits();
  }

  void start(Promise<Void> opened) {
    Thread.ofPlatform()
        .daemon()
        .name("outbox-" + options.folder().getFileName())
        .start(() -> run(opened));
  }

  private void run(Promise<Void> opened) {
    if (!isOpen(opened)) {
      return;
    }
    boolean open = true;
    while (open) {
      List<Job<?>> batch = intake.take(TICK_NANOS);
      serveSafely(batch);
      open = batch.isEmpty() || !(batch.getLast() instanceof Job.Close);
    }
  }

  private boolean isOpen(Promise<Void> opened) {
    try {
      store.open();
      upkeep.boundAll();
      reports.hand(opened::complete);
      return true;
    } catch (OutboxLockedException e) {
      reports.hand(() -> opened.fail(e));
    } catch (RuntimeException | Error e) {
      OutboxFaultException fault = fault(e);
      reports.hand(() -> opened.fail(fault));
    }
    return false;
  }

  /// Whatever goes wrong, the thread goes on and every job has an answer.
  private void serveSafely(List<Job<?>> batch) {
    try {
      serve(batch);
    } catch (RuntimeException | Error e) {
      store.leaveDisk(e);
      OutboxFaultException fault = fault(e);
      batch.forEach(job -> job.fail(fault));
    }
    if (!batch.isEmpty()) {
      reports.hand(() -> batch.forEach(Job::settle));
    }
  }

  private OutboxFaultException fault(Throwable cause) {
    Outbox.LOG.error("outbox {}: fault of the outbox; going on", options.folder(), cause);
    return new OutboxFaultException(options.folder(), cause);
  }

  private void serve(List<Job<?>> batch) {
    append(batch.stream().filter(Job.Append.class::isInstance).map(Job.Append.class::cast));
    for (Job<?> job : batch) {
      switch (job) {
        case Job.Append stored -> {}
        case Job.Read read -> read(read);
        case Job.Flush flush -> flush(flush);
        case Job.Close close -> close(close);
      }
    }
    upkeep.lookAfter();
  }

  private void append(Stream<Job.Append> appends) {
    List<Job.Append> jobs = appends.toList();
    if (jobs.isEmpty()) {
      return;
    }
    List<OutboxRecord> records = new ArrayList<>(jobs.size());
    jobs.forEach(job -> records.add(job.record(store.nextSequence())));
    int stored = store.append(records);
    for (int i = 0; i < jobs.size(); i++) {
      Stored.Grade grade = i < stored ? Stored.Grade.DISK : Stored.Grade.MEMORY;
      jobs.get(i).succeed(new Stored(records.get(i).sequence(), grade));
    }
    upkeep.boundBytes();
  }

  private void read(Job.Read read) {
    try {
      read.succeed(segments.read(read.after(), read.most()));
    } catch (OutboxReadException e) {
      read.fail(e);
    }
  }

  private void flush(Job.Flush flush) {
    upkeep.flush();
    flush.succeed(null);
  }

  private void close(Job.Close close) {
    upkeep.close();
    try {
      store.close();
    } catch (IOException e) {
      Outbox.LOG.debug("outbox {}: closed with a fault", options.folder(), e);
    }
    close.succeed(null);
  }
}
