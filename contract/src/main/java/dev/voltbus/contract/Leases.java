package dev.voltbus.contract;

import io.vertx.core.Future;

/// Competition for shards: `SingleProcessLeases` in one process, the Hazelcast form in a cluster.
public interface Leases {

  /// Competes for a shard until the claim is released.
  ///
  /// @return completes when the competition has begun; with a single process the duty has begun too
  Future<Claim> compete(Shard shard, ShardDuty duty);

  /// The highest fencing token that was granted for a shard, 0 if none ever was. Whoever starts to
  /// receive from its holder refuses lower ones from the first message on.
  Future<Long> token(Shard shard);

  /// One running competition.
  interface Claim {

    /// Ends the duty if it runs, then releases the lease and stops competing.
    Future<Void> release();
  }
}
