package dev.voltbus.deploy;

import dev.voltbus.contract.Leases;
import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.Shard;
import dev.voltbus.contract.ShardDuty;
import dev.voltbus.contract.TimeSource;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One node's competition for one shard: it watches the holder, takes the lease when that one has
/// not renewed it for long enough, and lays the work down when its own was not renewed. All of it
/// on the event loop of whoever competes.
final class LeaseClaim implements Leases.Claim {
  private static final Logger LOG = LoggerFactory.getLogger(LeaseClaim.class);
  private static final LeaseTimes TIMES = LeaseTimes.USUAL;

  /// A cluster that does not answer must not keep a process from stopping.
  private static final long RELEASED_WITHIN_MILLIS = 1_000;

  private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Context context;
  private final String name;
  private final Table table;
  private final HazelcastLeases.Node node;
  private final TimeSource time;
  private final Work work;
  private final Metrics.Counter taken;
  private final Metrics.Counter lost;
  private final Promise<Void> released = Promise.promise();
  private volatile Phase phase = Phase.WATCHING;

  /// What was seen by a visit before that says nothing of now.
  private long phaseNanos;

  private boolean isReleasing;
  private boolean isEnding;
  private @Nullable LeaseRecord seen;
  private long seenNanos;

  /// The entry was lost, with all its copies: its holder may still believe in it.
  private boolean isVanished;

  private long highestToken;
  private long notBeforeNanos;
  private @Nullable HeldLease held;
  private Future<Void> begun = Future.succeededFuture();

  /// Members among which this node has given the shard away once.
  private long yielded = -1;

  private enum Phase {
    /// Somebody else holds it, or nobody.
    WATCHING,
    /// A step is under way that takes it.
    TAKING,
    /// It is held, and the duty begins, runs or ends.
    HOLDING,
    RELEASED
  }

  /// The leases of the cluster.
  interface Table {
    Future<LeaseTable> submit(LeaseStep step, Context context);
  }

  /// What is competed for.
  ///
  /// @param over run when the competition is over
  record Work(Shard shard, ShardDuty duty, Metrics metrics, Runnable over) {
    private Metrics.Counter counter(String name, String help) {
      return metrics.counter(name, help, "site", shard.site(), "kind", shard.kind().name());
    }
  }

  LeaseClaim(Context context, Table table, HazelcastLeases.Node node, TimeSource time, Work work) {
    this.context = context;
    this.name = work.shard.toString();
    this.table = table;
    this.node = node;
    this.time = time;
    this.work = work;
    this.taken = work.counter("voltbus_leases_taken_total", "Leases taken");
    this.lost = work.counter("voltbus_leases_lost_total", "Leases lost before they were released");
    this.notBeforeNanos = time.monotonicNanos();
    this.phaseNanos = notBeforeNanos;
  }

  /// Name of the shard in the table of leases.
  String name() {
    return name;
  }

  /// On any thread.
  boolean isHolding() {
    return phase == Phase.HOLDING;
  }

  /// To be called often, whether or not the cluster answers. On any thread.
  void tick() {
    context.runOnContext(now -> hold());
  }

  /// What a visit has found. On any thread.
  ///
  /// @param startedNanos when it was sent
  /// @param isRenewed whether it renewed what this node holds
  void seen(LeaseTable found, long startedNanos, boolean isRenewed) {
    LeaseRecord record = found.get(name);
    context.runOnContext(now -> {
      if (startedNanos - phaseNanos < 0) {
        return;
      }
      switch (phase) {
        case WATCHING -> see(record);
        case HOLDING -> confirm(record, startedNanos, isRenewed);
        case TAKING, RELEASED -> {}
      }
    });
  }

  private void enter(Phase next) {
    phase = next;
    phaseNanos = time.monotonicNanos();
  }

  // ---- watching

  private void see(LeaseRecord record) {
    if (!record.equals(seen)) {
      isVanished = record.equals(LeaseRecord.NONE) && highestToken > 0;
      seen = record;
      seenNanos = time.monotonicNanos();
      highestToken = Math.max(highestToken, record.token());
    }
    takeIfDue(record);
  }

  /// A holding counts as over when it was seen unchanged for long enough. What this node holds by
  /// the map, but not by its own reckoning, nobody holds.
  private void takeIfDue(LeaseRecord record) {
    if (!node.mayTake()) {
      return;
    }
    boolean isFree = record.owner().equals(node.name()) || (record.isFree() && !isVanished);
    long wait = isFree ? 0 : TIMES.patience().toNanos();
    wait += node.rank(work.shard, record.leaver()) * TIMES.turn().toNanos();
    long now = time.monotonicNanos();
    long left = Math.max(seenNanos + wait - now, notBeforeNanos - now);
    if (left <= 0) {
      take(record);
    } else if (left < TIMES.visited().toNanos()) {
      var _ =
          context
              .owner()
              .setTimer(
                  Math.ceilDiv(left, 1_000_000),
                  id -> {
                    if (phase == Phase.WATCHING && record.equals(seen)) {
                      takeIfDue(record);
                    }
                  });
    }
  }

  private void take(LeaseRecord record) {
    enter(Phase.TAKING);
    long started = phaseNanos;
    long floor = Math.max(highestToken + 1, time.wallMillis());
    table
        .submit(LeaseStep.take(name, record, node.name(), floor), context)
        .map(after -> after.get(name))
        .onSuccess(after -> took(record, after, started))
        .onFailure(failure -> {
          LOG.info("lease {} cannot be taken: {}", work.shard, failure.toString());
          watchOn();
        });
  }

  private void took(LeaseRecord before, LeaseRecord after, long started) {
    if (!after.owner().equals(node.name()) || after.token() <= before.token()) {
      watchOn();
      return;
    }
    taken.increment();
    LOG.info(
        "lease {} taken with token {}{}",
        work.shard,
        after.token(),
        before.isFree() ? "" : ", not renewed by " + node.shown(before.owner()));
    highestToken = after.token();
    boolean isTakenOver = !before.equals(LeaseRecord.NONE) || isVanished;
    HeldLease lease = new HeldLease(work.shard, after.token(), isTakenOver, time, TIMES, started);
    held = lease;
    enter(Phase.HOLDING);
    if (isReleasing) {
      begun = Future.failedFuture("released before it began");
      layDown(lease);
      return;
    }
    begun =
        Future.succeededFuture(lease)
            .compose(work.duty::begin)
            .onFailure(failure -> {
              LOG.error(
                  "lease {}: the work could not begin, tried again: {}",
                  work.shard,
                  failure.toString());
              notBeforeNanos = time.monotonicNanos() + AGAIN_NANOS;
              layDown(lease);
            });
  }

  /// Forgets what it saw: the next visit shows how it is.
  private void watchOn() {
    seen = null;
    if (isReleasing) {
      enter(Phase.RELEASED);
      work.over.run();
      released.tryComplete();
    } else {
      enter(Phase.WATCHING);
    }
  }

  // ---- holding

  private void hold() {
    @Nullable HeldLease lease = held;
    if (phase != Phase.HOLDING || lease == null) {
      return;
    }
    if (!lease.isValid()) {
      lose(lease, "it was not renewed in time");
    } else if (!isEnding && node.isToYield(work.shard, phaseNanos) && yielded != node.members()) {
      yielded = node.members();
      LOG.info("lease {} is given to the node that has the first claim to it", work.shard);
      notBeforeNanos = time.monotonicNanos() + TIMES.patience().toNanos();
      layDown(lease);
    }
  }

  private void confirm(LeaseRecord record, long startedNanos, boolean isRenewed) {
    @Nullable HeldLease lease = held;
    if (lease == null) {
      return;
    }
    if (!record.isHeldBy(node.name(), lease.token())) {
      String owner = record.isFree() ? "nobody" : node.shown(record.owner());
      lose(lease, "the cluster gives it to " + owner);
    } else if (isRenewed) {
      lease.renewed(startedNanos);
    }
  }

  private void lose(HeldLease lease, String why) {
    lease.lose();
    if (!isEnding) {
      lost.increment();
      LOG.warn("lease {} with token {} lost: {}", work.shard, lease.token(), why);
      layDown(lease);
    }
  }

  /// While the duty ends it still has its lease, unless that was lost.
  private void layDown(HeldLease lease) {
    if (isEnding) {
      return;
    }
    isEnding = true;
    begun
        .transform(had -> had.succeeded() ? work.duty.end() : Future.succeededFuture())
        .onComplete(ended -> {
          held = null;
          isEnding = false;
          lease.lose();
          table
              .submit(LeaseStep.release(name, node.name(), lease.token()), context)
              .timeout(RELEASED_WITHIN_MILLIS, TimeUnit.MILLISECONDS)
              .onFailure(
                  failure -> LOG.info("lease {} not released: {}", work.shard, failure.toString()))
              .onComplete(free -> watchOn());
        });
  }

  @Override
  public Future<Void> release() {
    context.runOnContext(asked -> {
      isReleasing = true;
      @Nullable HeldLease lease = held;
      if (phase == Phase.WATCHING) {
        watchOn();
      } else if (phase == Phase.HOLDING && lease != null) {
        layDown(lease);
      }
    });
    return released.future();
  }
}
