package dev.voltbus.contract;

import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;

/// Leases of a process that has no competitor: each is granted at once and never lost.
///
/// Tokens start at the wall clock, so that they grow across a restart as in the clustered form.
public final class SingleProcessLeases implements Leases {
  private final TimeSource time;
  private final Map<Shard, Held> held = new HashMap<>();
  private final Map<Shard, Long> tokens = new HashMap<>();

  public SingleProcessLeases(TimeSource time) {
    this.time = time;
  }

  /// @throws IllegalStateException if this process already competes for the shard
  @Override
  public synchronized Future<Claim> compete(Shard shard, ShardDuty duty) {
    if (held.containsKey(shard)) {
      throw new IllegalStateException("shard " + shard + " is already claimed in this process");
    }
    long token = Math.max(tokens.getOrDefault(shard, 0L) + 1, time.wallMillis());
    tokens.put(shard, token);
    Held lease = new Held(shard, token);
    held.put(shard, lease);
    return duty.begin(lease).map(done -> () -> release(lease, duty));
  }

  private Future<Void> release(Held lease, ShardDuty duty) {
    return duty.end().eventually(() -> withdraw(lease));
  }

  private synchronized Future<Void> withdraw(Held lease) {
    lease.valid = false;
    held.remove(lease.shard, lease);
    return Future.succeededFuture();
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
