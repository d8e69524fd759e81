package dev.voltbus.contract;

import io.vertx.core.Future;

/// What a role does with a shard while it holds its lease.
public interface ShardDuty {

  /// Takes up the work. Called each time the lease is won.
  Future<Void> begin(Lease lease);

  /// Lays the work down: consumers unregistered, sockets closed. Called before the lease is
  /// released, and when it was lost.
  Future<Void> end();
}
