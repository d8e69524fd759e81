package dev.voltbus.modbus;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The requests that wait for one connection: writes before reads, each lane in order and with its
/// own bound, so that a flood of reads cannot keep a write out.
final class Lanes {
  private final int bound;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final ArrayDeque<Pending<?>> writes = new ArrayDeque<>();
  private final ArrayDeque<Pending<?>> reads = new ArrayDeque<>();
  private boolean closed;
  private boolean woken;

  Lanes(int bound) {
    this.bound = bound;
  }

  /// What became of an offer.
  enum Offer {
    ACCEPTED,
    FULL,
    CLOSED
  }

  Offer offer(Pending<?> pending) {
    lock.lock();
    try {
      if (closed) {
        return Offer.CLOSED;
      }
      ArrayDeque<Pending<?>> lane = lane(pending);
      if (lane.size() >= bound) {
        return Offer.FULL;
      }
      lane.add(pending);
      arrived.signal();
      return Offer.ACCEPTED;
    } finally {
      lock.unlock();
    }
  }

  /// Waits for the next request whose unit may be asked.
  ///
  /// @param pacer knows how long each unit must still be left alone
  /// @param longestNanos longest wait
  /// @return null when the time is over, the lanes are closed or [#wake] was called
  @Nullable Pending<?> take(Pacer pacer, long longestNanos) throws InterruptedException {
    long deadline = System.nanoTime() + longestNanos;
    lock.lockInterruptibly();
    try {
      while (!closed && !woken) {
        Pending<?> ready = ready(pacer);
        long left = Math.min(deadline - System.nanoTime(), shortestWaitNanos(pacer));
        if (ready != null || deadline - System.nanoTime() <= 0) {
          return ready;
        }
        var _ = arrived.awaitNanos(Math.max(1, left));
      }
      woken = false;
      return null;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Pending<?> ready(Pacer pacer) {
    Pending<?> write = ready(writes, pacer);
    return write == null ? ready(reads, pacer) : write;
  }

  private static @Nullable Pending<?> ready(ArrayDeque<Pending<?>> lane, Pacer pacer) {
    for (Pending<?> each : lane) {
      if (pacer.waitNanos(each.request().unit()) <= 0) {
        lane.remove(each);
        return each;
      }
    }
    return null;
  }

  private long shortestWaitNanos(Pacer pacer) {
    long shortest = Long.MAX_VALUE;
    for (ArrayDeque<Pending<?>> lane : List.of(writes, reads)) {
      for (Pending<?> each : lane) {
        shortest = Math.min(shortest, pacer.waitNanos(each.request().unit()));
      }
    }
    return shortest;
  }

  /// Ends the wait in [#take], or the next one.
  void wake() {
    lock.lock();
    try {
      woken = true;
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /// Frees the place of a request that gave up waiting.
  void remove(Pending<?> pending) {
    lock.lock();
    try {
      lane(pending).remove(pending);
    } finally {
      lock.unlock();
    }
  }

  /// Takes all that wait, in the order in which they would have been sent.
  List<Pending<?>> drain() {
    lock.lock();
    try {
      List<Pending<?>> waiting = new ArrayList<>(writes);
      waiting.addAll(reads);
      writes.clear();
      reads.clear();
      return waiting;
    } finally {
      lock.unlock();
    }
  }

  /// Lets nothing in any more; [#take] returns null from now on.
  void close() {
    lock.lock();
    try {
      closed = true;
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private ArrayDeque<Pending<?>> lane(Pending<?> pending) {
    return pending.request().isWrite() ? writes : reads;
  }
}
