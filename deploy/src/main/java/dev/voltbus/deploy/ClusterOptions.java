package dev.voltbus.deploy;

import java.util.List;

/// How nodes find each other.
///
/// @param members addresses `host` or `host:port` to try
/// @param dnsName name whose addresses are the members, empty for none
/// @param size members the cluster is meant to have
record ClusterOptions(List<String> members, String dnsName, int size) {
  static final int FIRST_PORT = 5701;
  static final int PORTS = 10;

  ClusterOptions {
    members = List.copyOf(members);
    if (size < 1 || size > 100) {
      throw new UsageException("--cluster-size " + size + " is not in 1..100");
    }
  }

  /// All nodes on this machine.
  static ClusterOptions local(int size) {
    return new ClusterOptions(
        List.of(Ports.HOST + ":" + FIRST_PORT + "-" + (FIRST_PORT + PORTS - 1)), "", size);
  }

  boolean isLocal() {
    return dnsName.isEmpty() && members.stream().allMatch(member -> member.startsWith(Ports.HOST));
  }
}
