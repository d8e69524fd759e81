package dev.voltbus.contract;

import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Leases of a process that has no competitor: each is granted at once and never lost.
///
/// Tokens start at the wall clock, so that they grow across a restart too. Within a process they
/// grow whatever the clock does; nothing is kept on disk, so a restart with a clock set back begins
/// lower, which is harmless as long as every receiver of the token restarts with this process.
public final class SingleProcessLeases implements Leases {
  private final TimeSource time;
  private final Map<Shard, Held> held = new HashMap<>();
  private final Map<Shard, Long> tokens = new HashMap<>();

  public SingleProcessLeases(TimeSource time) {
    this.time = time;
  }

  /// A duty that fails to begin leaves the shard free; its `end` is not called.
  ///
  /// @throws IllegalStateException if this process already competes for the shard
  @Override
  public Future<Claim> compete(Shard shard, ShardDuty duty) {
    Held lease = grant(shard);
    return Future.succeededFuture(lease)
        .compose(duty::begin)
        .onFailure(failure -> withdraw(lease))
        .map(begun -> new Granted(lease, duty));
  }

  @Override
  public synchronized Future<Long> token(Shard shard) {
    return Future.succeededFuture(tokens.getOrDefault(shard, 0L));
  }

  private synchronized Held grant(Shard shard) {
    if (held.containsKey(shard)) {
      throw new IllegalStateException("shard " + shard + " is already claimed in this process");
    }
    long token = Math.max(tokens.getOrDefault(shard, 0L) + 1, time.wallMillis());
    tokens.put(shard, token);
    Held lease = new Held(shard, token);
    held.put(shard, lease);
    return lease;
  }

  private synchronized void withdraw(Held lease) {
    lease.valid = false;
    held.remove(lease.shard, lease);
  }

  /// Releasing twice ends the duty once.
  private final class Granted implements Claim {
    private final Held lease;
    private final ShardDuty duty;
    private @Nullable Future<Void> released;

    private Granted(Held lease, ShardDuty duty) {
      this.lease = lease;
      this.duty = duty;
    }

    @Override
    public synchronized Future<Void> release() {
      if (released == null) {
        released =
            Future.succeededFuture(duty)
                .compose(ShardDuty::end)
                .onComplete(ended -> withdraw(lease));
      }
      return released;
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
  }
}
