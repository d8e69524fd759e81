package dev.voltbus.deploy;

import java.time.Duration;

/// The times of leases (design page "Who owns what").
///
/// @param valid how long a renewal holds, counted by the holder from its start
/// @param margin by how much the holder believes in it for less
/// @param visited pause between two visits, which look at what everybody holds
/// @param renewing each visit of this number also renews what this node holds; the later the last
///   renewal of a node that dies, the later its shards are taken over
/// @param patience how long a candidate must have seen the same holding, by its own clock
/// @param turn pause for each candidate that has the first claim to a shard
record LeaseTimes(
    Duration valid,
    Duration margin,
    Duration visited,
    int renewing,
    Duration patience,
    Duration turn) {
  static final LeaseTimes USUAL =
      new LeaseTimes(
          Duration.ofSeconds(3),
          Duration.ofMillis(250),
          Duration.ofMillis(125),
          4,
          Duration.ofSeconds(4),
          Duration.ofMillis(700));
}
