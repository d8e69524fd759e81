package dev.voltbus.deploy;

/// What the cluster knows of a shard's lease.
///
/// @param token fencing token of the newest owner; grows with every change
/// @param count renewals, so that whoever watches sees that the owner lives
/// @param owner node that holds it; while nobody does, `LEFT` and the node that released it
record LeaseRecord(long token, long count, String owner) {
  private static final String LEFT = "-";

  static final LeaseRecord NONE = new LeaseRecord(0, 0, LEFT);

  /// @param text of `text()`
  static LeaseRecord of(String text) {
    String[] parts = text.split(" ", 3);
    return new LeaseRecord(Long.parseLong(parts[0]), Long.parseLong(parts[1]), parts[2]);
  }

  String text() {
    return token + " " + count + " " + owner;
  }

  boolean isFree() {
    return owner.startsWith(LEFT);
  }

  /// Node that released it; empty where nobody ever held it.
  String leaver() {
    return isFree() ? owner.substring(LEFT.length()) : "";
  }

  boolean isHeldBy(String node, long itsToken) {
    return token == itsToken && owner.equals(node);
  }

  /// A new holding, with a token above any before.
  ///
  /// @param floor the token is not lower
  LeaseRecord takenBy(String node, long floor) {
    return new LeaseRecord(Math.max(token + 1, floor), 0, node);
  }

  LeaseRecord renewed() {
    return new LeaseRecord(token, count + 1, owner);
  }

  LeaseRecord released() {
    return new LeaseRecord(token, count + 1, LEFT + owner);
  }
}
