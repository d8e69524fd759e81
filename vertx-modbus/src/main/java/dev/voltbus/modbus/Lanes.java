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

  /// Waits for the next request; null when the lanes are closed.
  @Nullable Pending<?> take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed && writes.isEmpty() && reads.isEmpty()) {
        arrived.await();
      }
      return closed ? null : writes.isEmpty() ? reads.poll() : writes.poll();
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
