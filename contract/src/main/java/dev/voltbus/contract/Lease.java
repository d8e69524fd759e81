package dev.voltbus.contract;

/// The right to work on a shard for as long as it is valid.
public interface Lease {

  Shard shard();

  /// Fencing token: grows with every change of owner, also across a full restart. It travels with
  /// each block and write, and every receiver refuses a lower one.
  long token();

  /// Whether the holder may act now. To be asked immediately before each write to a socket.
  boolean isValid();

  /// Whether somebody else is known to have held the shard before: what he had open may be open
  /// still, and his last words may come yet.
  default boolean isTakenOver() {
    return false;
  }
}
