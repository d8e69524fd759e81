package dev.voltbus.deploy;

import dev.voltbus.console.ConsoleVerticle;
import dev.voltbus.contract.SingleProcessLeases;
import dev.voltbus.contract.Site;
import io.vertx.core.Deployable;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `voltbus run`: the gateway, or some of its roles, for one site.
@Command(
    name = "run",
    description = "Runs the gateway for a site.",
    mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);

  @Mixin private SiteOptions site = new SiteOptions();

  @Option(
      names = "--roles",
      paramLabel = "LIST",
      description =
          "Roles of this node: acquisition,mapping,mqtt,command,mirror, or"
              + " witness (default: all but witness).")
  private @Nullable String roles;

  @Option(
      names = "--state",
      paramLabel = "DIR",
      description = "Folder for what must outlive the process (default: nothing is kept).")
  private @Nullable Path state;

  @ArgGroup(exclusive = false)
  private @Nullable ClusterArguments cluster;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      description = "Console (default: ${DEFAULT-VALUE}).")
  private int httpPort = DemoCommand.HTTP_PORT;

  @Option(
      names = "--health-port",
      paramLabel = "PORT",
      description = "Health and metrics (default: ${DEFAULT-VALUE}).")
  private int healthPort = DemoCommand.HEALTH_PORT;

  /// Options that make this process a member of a cluster.
  static final class ClusterArguments {
    @Option(
        names = "--cluster",
        description = "Join the cluster; alone: nodes on this machine, ports 5701-5710.")
    private boolean joins;

    @Option(
        names = "--cluster-members",
        split = ",",
        paramLabel = "HOST[:PORT]",
        description = "Addresses of members.")
    private List<String> members = List.of();

    @Option(
        names = "--cluster-dns",
        paramLabel = "NAME",
        description = "DNS name with the addresses of all members.")
    private String dns = "";

    @Option(
        names = "--cluster-size",
        paramLabel = "N",
        description = "Members the cluster is meant to have (default: ${DEFAULT-VALUE}).")
    private int size = 1;

    @Option(
        names = "--cluster-address",
        paramLabel = "ADDRESS",
        description =
            "Address of this node for the others, such as 192.0.2.11 or 192.0.2.*; nothing of the"
                + " cluster listens on another one (default: the first that is not loopback).")
    private String address = "";

    @Option(
        names = "--cluster-tls",
        paramLabel = "DIR",
        description =
            "Folder with tls.crt, tls.key and ca.crt: the event bus takes only nodes with a"
                + " certificate of that authority (default: no TLS).")
    private @Nullable Path tls;

    /// @throws UsageException if the options contradict each other
    ClusterOptions options() {
      if (!joins && dns.isEmpty() && members.isEmpty()) {
        throw new UsageException(
            "--cluster-size, --cluster-address and --cluster-tls need --cluster, --cluster-members"
                + " or --cluster-dns");
      }
      if (!dns.isEmpty() && !members.isEmpty()) {
        throw new UsageException("--cluster-dns and --cluster-members exclude each other");
      }
      if (dns.isEmpty() && members.isEmpty()) {
        if (!address.isEmpty()) {
          throw new UsageException(
              "--cluster-address "
                  + address
                  + " needs --cluster-members or --cluster-dns: other nodes are on this machine");
        }
        return ClusterOptions.local(size);
      }
      ClusterOptions options = new ClusterOptions(members, dns, size, address);
      options.checkAddress(ClusterOptions.ownAddresses());
      return options;
    }

    private @Nullable ClusterTls tls() {
      return tls == null
          ? null
          : ClusterTls.in(tls, SecretFiles.strict(System::getenv), Instant.now());
    }
  }

  @Override
  public Integer call() throws ConfigException {
    Set<Role> chosen = roles == null ? EnumSet.allOf(Role.class) : Role.parse(roles);
    Site loaded = site.load();
    refuseIdle(chosen, loaded);
    Ports ports = new Ports();
    int http = ports.insist(httpPort, "--http-port");
    int health = ports.insist(healthPort, "--health-port");
    if (loaded.control() != null && state == null && chosen.contains(Role.COMMAND)) {
      LOG.warn("{}", ControlReport.NOTHING_KEPT);
    }
    @Nullable Path folder = stateFolder(state);
    @Nullable ControlSocket socket = folder == null ? null : ControlSocket.claim(folder);
    @Nullable Cluster joining = joining(loaded, chosen);
    Vertx vertx = open(joining);
    Gateway gateway = new Gateway(vertx, folder, leases(joining, vertx, loaded));
    Lifetime lifetime = new Lifetime(vertx, gateway, cluster != null);
    PublicationCalls calls = new PublicationCalls(vertx, gateway.wiring(), loaded);
    HangUp.watch(() -> reload(calls, loaded));
    List<Deployable> others = new ArrayList<>();
    others.add(
        new ConsoleVerticle(
            loaded,
            gateway.wiring(),
            Ports.HOST,
            http,
            () -> gateway.health().reason(ConfigurationWatch.PART)));
    if (socket != null) {
      others.add(new ControlServer(socket, loaded, calls));
    }
    lifetime.await(gateway.start(loaded, chosen, health, others));
    lifetime.say(
        "site "
            + loaded.name()
            + ": "
            + String.join(", ", words(chosen, loaded))
            + " running; console "
            + "http://"
            + Ports.HOST
            + ":"
            + http
            + "/, health http://"
            + Ports.HOST
            + ":"
            + health
            + "/health/ready");
    lifetime.say(startedWith(System.getProperty("voltbus.cache", "none")));
    return lifetime.untilStopped();
  }

  /// @throws UsageException if the node would have nothing to do by mistake
  private void refuseIdle(Set<Role> chosen, Site loaded) {
    if (roles == null) {
      return;
    }
    if (chosen.contains(Role.WITNESS)) {
      if (chosen.size() > 1) {
        throw new UsageException("--roles " + roles + ": a witness has no other role");
      }
      if (cluster == null) {
        throw new UsageException(
            "--roles witness needs --cluster, --cluster-members or --cluster-dns");
      }
    } else if (chosen.stream().noneMatch(role -> role.isFor(loaded))) {
      throw new UsageException("--roles " + roles + ": site " + loaded.name() + " has no mirror");
    }
  }

  /// @param cache what the start script found
  private static String startedWith(String cache) {
    return switch (cache) {
      case "used" -> "started with a start cache";
      case "outdated" -> "start cache is of another build, not used: `voltbus prepare` renews it";
      default -> "started without a start cache: `voltbus prepare` makes one";
    };
  }

  /// What became of it is in the log.
  private static void reload(PublicationCalls calls, Site site) {
    calls
        .call(ControlAction.RELOAD, ControlAction.RELOAD.all(site), "SIGHUP")
        .onFailure(failure -> LOG.warn("reload: {}", failure.toString()));
  }

  /// @throws CommandException if it cannot be made
  private static @Nullable Path stateFolder(@Nullable Path wanted) {
    if (wanted == null) {
      return null;
    }
    try {
      return Files.createDirectories(wanted);
    } catch (IOException e) {
      throw new CommandException("--state: folder " + wanted + " cannot be made: " + e);
    }
  }

  private static List<String> words(Set<Role> roles, Site site) {
    return Arrays.stream(Role.values())
        .filter(role -> roles.contains(role))
        .filter(role -> role.isFor(site) || roles.size() == 1)
        .map(Role::word)
        .toList();
  }

  private @Nullable Cluster joining(Site loaded, Set<Role> chosen) {
    return cluster == null
        ? null
        : Cluster.of(cluster.options(), cluster.tls(), loaded.name(), chosen, Revision.of(loaded));
  }

  private static Vertx open(@Nullable Cluster joining) {
    VertxOptions options = new VertxOptions().setPreferNativeTransport(true);
    return joining == null
        ? Vertx.vertx(options)
        : Lifetime.await(joining.join(options), "join the cluster");
  }

  private static Gateway.LeaseForm leases(@Nullable Cluster joined, Vertx vertx, Site loaded) {
    return joined == null
        ? (time, metrics, health) -> new SingleProcessLeases(time)
        : (time, metrics, health) -> joined.leases(vertx, loaded, time, metrics, health);
  }
}
