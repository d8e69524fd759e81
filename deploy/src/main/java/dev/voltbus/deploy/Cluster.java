package dev.voltbus.deploy;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipAdapter;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.core.HazelcastInstance;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.spi.cluster.hazelcast.ConfigUtil;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A node's membership: Hazelcast carries who is there, the Vert.x event bus carries the messages.
final class Cluster {
  private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);
  private static final String ROLES = "voltbus.roles";
  private static final int BUS_PORT = 15701;

  /// Several nodes of one machine may start at the same moment; only the system gives each its own.
  private static final int ANY_PORT = 0;

  /// Twice the time after which a member that sends no heartbeat counts as dead.
  private static final Duration LEAVES_WITHIN = Duration.ofSeconds(10);

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
  /// older member stays, the younger one is refused; but a node that starts anew must not fail
  /// because the others have not yet noticed the death of the one before it.
  ///
  /// @throws CommandException naming the role and the member that has it, if that one does not go
  void awaitPlace(Set<Role> roles) {
    com.hazelcast.cluster.Cluster members = manager.getHazelcastInstance().getCluster();
    CountDownLatch free = new CountDownLatch(1);
    UUID watching =
        members.addMembershipListener(
            new MembershipAdapter() {
              @Override
              public void memberRemoved(MembershipEvent event) {
                if (twin(roles).isEmpty()) {
                  free.countDown();
                }
              }
            });
    try {
      Optional<String> twin = twin(roles);
      if (twin.isPresent()) {
        LOG.info("{}; waits up to {} s for it to go", twin.get(), LEAVES_WITHIN.toSeconds());
        if (!free.await(LEAVES_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
          throw new CommandException(
              twin(roles).orElse(twin.get()) + "; give this node other --roles");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException("interrupted, could not join the cluster");
    } finally {
      members.removeMembershipListener(watching);
    }
  }

  /// An older member with one of the roles, in words.
  private Optional<String> twin(Set<Role> roles) {
    HazelcastInstance hazelcast = manager.getHazelcastInstance();
    Member self = hazelcast.getCluster().getLocalMember();
    for (Member member : hazelcast.getCluster().getMembers()) {
      if (member.equals(self)) {
        return Optional.empty();
      }
      List<String> theirs =
          Arrays.asList(String.valueOf(member.getAttribute(ROLES)).split(",", -1));
      for (Role role : roles) {
        if (theirs.contains(role.word())) {
          return Optional.of(
              "role " + role.word() + " already runs on member " + member.getAddress());
        }
      }
    }
    return Optional.empty();
  }
}
