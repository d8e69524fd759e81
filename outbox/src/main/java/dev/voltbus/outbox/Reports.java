package dev.voltbus.outbox;

import dev.voltbus.outbox.DiskState.OnDisk;
import dev.voltbus.outbox.OutboxEvent.Damaged;
import dev.voltbus.outbox.OutboxEvent.DiskChanged;
import dev.voltbus.outbox.OutboxEvent.Dropped;
import io.vertx.core.Context;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// Counts events and hands them, and whatever else is for the owner, to the owner's context.
final class Reports {
  private final Context owner;
  private final Consumer<OutboxEvent> listener;
  private final AtomicLong droppedRecords = new AtomicLong();
  private final AtomicLong droppedBytes = new AtomicLong();
  private final AtomicLong lostRecords = new AtomicLong();
  private final AtomicLong damagedBytes = new AtomicLong();
  private volatile DiskState disk = new OnDisk();

  Reports(Context owner, Consumer<OutboxEvent> listener) {
    this.owner = owner;
    this.listener = listener;
  }

  void tell(OutboxEvent event) {
    switch (event) {
      case DiskChanged change -> disk = change.state();
      case Dropped dropped -> {
        droppedRecords.addAndGet(dropped.records());
        droppedBytes.addAndGet(dropped.bytes());
      }
      case Damaged damaged -> {
        lostRecords.addAndGet(damaged.records());
        damagedBytes.addAndGet(damaged.bytes());
      }
    }
    hand(() -> listener.accept(event));
  }

  /// Runs something on the owner's context. If Vert.x is closed, nobody is there to hear.
  void hand(Runnable news) {
    try {
      owner.runOnContext(turn -> news.run());
    } catch (RejectedExecutionException e) {
      Outbox.LOG.debug("nobody listens any more", e);
    }
  }

  DiskState disk() {
    return disk;
  }

  long droppedRecords() {
    return droppedRecords.get();
  }

  long droppedBytes() {
    return droppedBytes.get();
  }

  long lostRecords() {
    return lostRecords.get();
  }

  long damagedBytes() {
    return damagedBytes.get();
  }
}
