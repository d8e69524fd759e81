package dev.voltbus.deploy;

import com.hazelcast.cluster.Member;
import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.core.HazelcastInstance;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.spi.cluster.hazelcast.ConfigUtil;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.Arrays;
import java.util.Set;

/// A node's membership: Hazelcast carries who is there, the Vert.x event bus carries the messages.
final class Cluster {
  private static final String ROLES = "voltbus.roles";
  private static final int BUS_PORT = 15701;

  /// Several nodes of one machine may start at the same moment; only the system gives each its own.
  private static final int ANY_PORT = 0;

  private final HazelcastClusterManager manager;

  private Cluster(HazelcastClusterManager manager) {
    this.manager = manager;
  }

  static Cluster of(ClusterOptions options, String site, Set<Role> roles) {
    Config config = ConfigUtil.loadConfig();
    config.setClusterName("voltbus-" + site);
    JoinConfig join = config.getNetworkConfig().getJoin();
    join.getMulticastConfig().setEnabled(false);
    join.getAutoDetectionConfig().setEnabled(false);
    if (options.dnsName().isEmpty()) {
      join.getTcpIpConfig().setEnabled(true).setMembers(options.addresses());
    } else {
      join.getKubernetesConfig()
          .setEnabled(true)
          .setProperty("service-dns", options.dnsName())
          .setProperty("service-dns-timeout", "5");
    }
    config
        .getNetworkConfig()
        .setPort(ClusterOptions.FIRST_PORT)
        .setPortCount(ClusterOptions.PORTS)
        .setPortAutoIncrement(true);
    if (options.isLocal()) {
      config.getNetworkConfig().getInterfaces().setEnabled(true).addInterface(Ports.HOST);
    }
    config.getMemberAttributeConfig().setAttribute(ROLES, words(roles));
    tune(config);
    return new Cluster(new HazelcastClusterManager(config));
  }

  /// Times of the design page "Who owns what".
  private static void tune(Config config) {
    config.setProperty("hazelcast.shutdownhook.enabled", "false");
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.logging.type", "slf4j");
    config.setProperty("hazelcast.heartbeat.interval.seconds", "1");
    config.setProperty("hazelcast.max.no.heartbeat.seconds", "5");
    config.setProperty("hazelcast.merge.first.run.delay.seconds", "5");
    config.setProperty("hazelcast.merge.next.run.delay.seconds", "5");
    config.setProperty("hazelcast.operation.call.timeout.millis", "5000");
    config.setProperty("hazelcast.wait.seconds.before.join", "0");
    config.setProperty("hazelcast.max.join.seconds", "30");
  }

  private static String words(Set<Role> roles) {
    return String.join(",", roles.stream().map(Role::word).toList());
  }

  Future<Vertx> join(VertxOptions options, boolean local) {
    EventBusOptions bus = options.getEventBusOptions();
    bus.setConnectTimeout(1000).setClusterPingInterval(2000).setClusterPingReplyInterval(2000);
    if (local) {
      bus.setHost(Ports.HOST).setPort(ANY_PORT);
    } else {
      bus.setPort(BUS_PORT);
    }
    return Vertx.builder().with(options).withClusterManager(manager).buildClustered();
  }

  /// Until leases run over Hazelcast, two nodes with one role would both poll or both publish. The
  /// older member stays, the younger one is refused.
  ///
  /// @throws CommandException naming the role and the member that has it
  void refuseTwins(Set<Role> roles) {
    HazelcastInstance hazelcast = manager.getHazelcastInstance();
    Member self = hazelcast.getCluster().getLocalMember();
    for (Member member : hazelcast.getCluster().getMembers()) {
      if (member.equals(self)) {
        return;
      }
      String theirs = String.valueOf(member.getAttribute(ROLES));
      for (Role role : roles) {
        if (Arrays.asList(theirs.split(",", -1)).contains(role.word())) {
          throw new CommandException(
              "role "
                  + role.word()
                  + " already runs on member "
                  + member.getAddress()
                  + "; give this node other --roles");
        }
      }
    }
  }
}
