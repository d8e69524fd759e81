package dev.voltbus.acquisition;

import dev.voltbus.contract.Lease;
import dev.voltbus.contract.Leases;
import dev.voltbus.contract.Shard;
import dev.voltbus.contract.ShardDuty;
import io.vertx.core.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// The lease of one shard, which a test grants and takes away, from the test's own thread.
final class TestingLeases implements Leases {
  private static final long BEFORE_ANY = 100;

  private final AtomicLong token = new AtomicLong(BEFORE_ANY);
  private volatile @Nullable ShardDuty duty;
  private volatile @Nullable Held held;

  @Override
  public Future<Claim> compete(Shard shard, ShardDuty competing) {
    duty = competing;
    return Future.succeededFuture(() -> take());
  }

  @Override
  public Future<Long> token(Shard shard) {
    return Future.succeededFuture(0L);
  }

  /// Gives the lease with a higher token than ever before.
  Future<Void> grant(Shard shard) {
    Held fresh = new Held(shard, token.incrementAndGet());
    held = fresh;
    @Nullable ShardDuty competing = duty;
    return competing == null ? Future.failedFuture("nobody competes") : competing.begin(fresh);
  }

  /// Takes the lease away; the future completes when the duty has laid its work down.
  Future<Void> take() {
    @Nullable Held lost = held;
    @Nullable ShardDuty competing = duty;
    if (lost == null || competing == null) {
      return Future.succeededFuture();
    }
    lost.valid = false;
    held = null;
    return competing.end();
  }

  /// The lease runs out before anybody is told.
  void expire() {
    @Nullable Held lost = held;
    if (lost != null) {
      lost.valid = false;
    }
  }

  private static final class Held implements Lease {
    private final Shard shard;
    private final long token;
    private volatile boolean valid = true;

    private Held(Shard shard, long token) {
      this.shard = shard;
      this.token = token;
    }

    @Override
    public Shard shard() {
      return shard;
    }

    @Override
    public long token() {
      return token;
    }

    @Override
    public boolean isValid() {
      return valid;
    }

    @Override
    public boolean isTakenOver() {
      return token > BEFORE_ANY + 1;
    }
  }
}
