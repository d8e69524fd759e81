package dev.voltbus.deploy;

import com.hazelcast.config.Config;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.SplitBrainProtectionConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.splitbrainprotection.SplitBrainProtectionOn;
import dev.voltbus.contract.Health;
import dev.voltbus.contract.Leases;
import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.TimeSource;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.spi.cluster.hazelcast.ConfigUtil;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A node's membership: Hazelcast carries who is there, the Vert.x event bus carries the messages.
final class Cluster {
  private static final String MAJORITY = "majority";

  /// Who listens to what on the event bus, by Vert.x.
  private static final String LISTENERS = "__vertx.subs";

  private static final int BUS_PORT = 15701;

  /// Several nodes of one machine may start at the same moment; only the system gives each its own.
  private static final int ANY_PORT = 0;

  private final HazelcastClusterManager manager;
  private final ClusterOptions options;
  private final @Nullable ClusterTls tls;

  private Cluster(
      HazelcastClusterManager manager, ClusterOptions options, @Nullable ClusterTls tls) {
    this.manager = manager;
    this.options = options;
    this.tls = tls;
  }

  /// @param tls null for a bus in the clear
  static Cluster of(
      ClusterOptions options,
      @Nullable ClusterTls tls,
      String name,
      Set<Role> roles,
      Revision revision) {
    Config config = ConfigUtil.loadConfig();
    config.setClusterName("voltbus-" + name);
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
    String address = options.isLocal() ? Ports.HOST : options.address();
    if (!address.isEmpty()) {
      config.getNetworkConfig().getInterfaces().setEnabled(true).addInterface(address);
    }
    config
        .getMemberAttributeConfig()
        .setAttribute(Members.ROLES, words(roles))
        .setAttribute(Members.REVISION, revision.text());
    prepare(config, options.size());
    // Who listens is told once more when a node leaves: nobody need wait for the backup, which may
    // hang.
    config.getMultiMapConfig(LISTENERS).setBackupCount(0).setAsyncBackupCount(1);
    return new Cluster(new HazelcastClusterManager(config), options, tls);
  }

  /// A step that changes a lease counts only when all backups have answered. Where the cluster has
  /// a size, there are as many copies as make a majority: whoever is cut off with a minority misses
  /// one at once, and once that is noticed only a majority changes leases.
  static void prepare(Config config, int size) {
    tune(config);
    config.setProperty("hazelcast.operation.fail.on.indeterminate.state", "true");
    config
        .getSerializationConfig()
        .addDataSerializableFactory(LeaseStep.FACTORY, LeaseStep.NEW)
        .setJavaSerializationFilterConfig(knownClasses());
    MapConfig leases =
        new MapConfig(HazelcastLeases.MAP)
            .setBackupCount(Math.min(Math.max(1, size / 2), MapConfig.MAX_BACKUP_COUNT));
    if (size > 1) {
      config.addSplitBrainProtectionConfig(
          new SplitBrainProtectionConfig(MAJORITY, true, size / 2 + 1)
              .setProtectOn(SplitBrainProtectionOn.WRITE));
      leases.setSplitBrainProtectionName(MAJORITY);
    }
    config.addMapConfig(leases);
  }

  /// Objects in Java's own form are made of these only: whoever reaches Hazelcast's port must not
  /// be able to have this process make whatever its class path has.
  private static JavaSerializationFilterConfig knownClasses() {
    JavaSerializationFilterConfig filter = new JavaSerializationFilterConfig();
    filter.setDefaultsDisabled(true);
    filter
        .getWhitelist()
        .addPrefixes("java.lang.", "java.util.", "[", "io.vertx.", "com.hazelcast.");
    return filter;
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
    config.setProperty("hazelcast.invocation.retry.pause.millis", "100");
    config.setProperty("hazelcast.connection.monitor.interval", "50");
    config.setProperty("hazelcast.wait.seconds.before.join", "0");
    config.setProperty("hazelcast.max.join.seconds", "30");
  }

  private static String words(Set<Role> roles) {
    return String.join(",", roles.stream().map(Role::word).toList());
  }

  Future<Vertx> join(VertxOptions with) {
    EventBusOptions bus = with.getEventBusOptions();
    bus.setConnectTimeout(1000).setClusterPingInterval(2000).setClusterPingReplyInterval(2000);
    if (options.isLocal()) {
      bus.setHost(Ports.HOST).setPort(ANY_PORT);
    } else {
      bus.setPort(BUS_PORT);
    }
    if (tls != null) {
      tls.protect(bus);
    }
    return Vertx.builder().with(with).withClusterManager(manager).buildClustered();
  }

  /// Leases that the members of the cluster, once it is joined, compete for.
  Leases leases(Vertx vertx, Site site, TimeSource time, Metrics metrics, Health health) {
    HazelcastInstance hazelcast = manager.getHazelcastInstance();
    ConfigurationWatch watch = new ConfigurationWatch(health, metrics);
    Members members = new Members(hazelcast.getCluster(), site, time, watch);
    return new HazelcastLeases(
        vertx, hazelcast.getMap(HazelcastLeases.MAP), members, time, metrics);
  }
}
