package dev.voltbus.deploy;

import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// A member of a cluster that keeps copies of its leases: in this process, or as a process of its
/// own, which a test may stop and continue.
final class LeaseMember implements AutoCloseable {
  private static final String HERE = "127.0.0.1";
  private static final String JOINED = "joined";

  private final Process process;

  private LeaseMember(Process process) {
    this.process = process;
  }

  /// A member in this process.
  ///
  /// @param size of the cluster
  static HazelcastInstance here(String cluster, int size, Set<Role> roles) {
    return here(cluster, size, roles, new Revision(0, ""));
  }

  static HazelcastInstance here(String cluster, int size, Set<Role> roles, Revision revision) {
    Config config = new Config().setClusterName(cluster);
    Cluster.prepare(config, size);
    config.getNetworkConfig().getJoin().getAutoDetectionConfig().setEnabled(false);
    config.getNetworkConfig().getJoin().getMulticastConfig().setEnabled(false);
    config.getNetworkConfig().getJoin().getTcpIpConfig().setEnabled(true).addMember(HERE);
    config.getNetworkConfig().getInterfaces().setEnabled(true).addInterface(HERE);
    config
        .getMemberAttributeConfig()
        .setAttribute(Members.ROLES, String.join(",", roles.stream().map(Role::word).toList()))
        .setAttribute(Members.REVISION, revision.text());
    return Hazelcast.newHazelcastInstance(config);
  }

  /// A member in a process of its own. Returns when it has joined.
  static LeaseMember apart(String cluster, int size) throws IOException {
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    LeaseMember.class.getName(),
                    cluster,
                    Integer.toString(size)))
            .redirectErrorStream(true)
            .start();
    LeaseMember member = new LeaseMember(process);
    BufferedReader from = process.inputReader(StandardCharsets.UTF_8);
    StringBuilder said = new StringBuilder();
    String line = from.readLine();
    while (line != null && !line.equals(JOINED)) {
      said.append(line).append('\n');
      line = from.readLine();
    }
    if (line == null) {
      throw new IOException("no member: " + said);
    }
    return member;
  }

  /// Ends with its standard input.
  public static void main(String... arguments) throws IOException {
    HazelcastInstance member =
        here(arguments[0], Integer.parseInt(arguments[1]), Set.of(Role.ACQUISITION));
    System.out.println(JOINED);
    while (System.in.read() >= 0) {
      // Nothing is asked for.
    }
    member.shutdown();
  }

  void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
