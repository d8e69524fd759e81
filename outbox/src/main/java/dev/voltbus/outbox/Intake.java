package dev.voltbus.outbox;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// What waits for the outbox's thread, in order and bounded by bytes. The thread takes all of it at
/// once: that is the group which shares one write to the disk.
final class Intake {
  private final OutboxOptions options;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final AtomicLong refused = new AtomicLong();
  private List<Job<?>> waiting = new ArrayList<>();
  private long bytes;
  private Job.@Nullable Close closing;

  Intake(OutboxOptions options) {
    this.options = options;
  }

  /// Takes a job on.
  ///
  /// @return why not; null if it was taken
  @Nullable OutboxException offer(Job<?> job) {
    lock.lock();
    try {
      if (closing != null) {
        return new OutboxClosedException(options.folder());
      }
      if (bytes + job.size() > options.queueBytes()) {
        refused.incrementAndGet();
        return new OutboxOverloadException(
            options.folder(), bytes, job.size(), options.queueBytes());
      }
      add(job);
      return null;
    } finally {
      lock.unlock();
    }
  }

  /// Takes the last job on, however full the queue is.
  ///
  /// @return the job that closes: this one, or that of an earlier call
  Job.Close close(Job.Close last) {
    lock.lock();
    try {
      if (closing == null) {
        closing = last;
        add(last);
      }
      return closing;
    } finally {
      lock.unlock();
    }
  }

  private void add(Job<?> job) {
    waiting.add(job);
    bytes += job.size();
    arrived.signal();
  }

  /// All that waits; empty when nothing came for so long.
  List<Job<?>> take(long longestNanos) {
    lock.lock();
    try {
      long left = longestNanos;
      while (waiting.isEmpty() && left > 0) {
        left = arrived.awaitNanos(left);
      }
      return takeAll();
    } catch (InterruptedException e) {
      // Nobody has a reason to. Kept, the mark would close the next file that is written to.
      Outbox.LOG.debug("outbox {}: interrupt ignored", options.folder(), e);
      return List.of();
    } finally {
      lock.unlock();
    }
  }

  private List<Job<?>> takeAll() {
    List<Job<?>> taken = waiting;
    waiting = new ArrayList<>();
    bytes = 0;
    return taken;
  }

  long refused() {
    return refused.get();
  }
}
