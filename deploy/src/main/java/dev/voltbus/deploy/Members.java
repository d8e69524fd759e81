package dev.voltbus.deploy;

import com.hazelcast.cluster.Address;
import com.hazelcast.cluster.Cluster;
import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.Shard;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.TimeSource;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Who has which claim to which shard. What belongs to a link goes with it, so that a line tends to
/// be in one process.
final class Members implements HazelcastLeases.Node, MembershipListener {
  /// Attribute with the roles of a member.
  static final String ROLES = "voltbus.roles";

  /// Attribute with the configuration of a member.
  static final String REVISION = "voltbus.revision";

  private static final Logger LOG = LoggerFactory.getLogger(Members.class);

  /// Members that come all at once, as at a restart, move nothing twice.
  private static final Duration SETTLED = Duration.ofSeconds(10);

  /// Only one hop of a line changes hands at a time, so that the others keep what it misses.
  private static final Duration BETWEEN_HOPS = Duration.ofSeconds(1);

  /// A member has another name after each start.
  private static final int MOST_ADDRESSES = 1_000;

  private final Cluster cluster;
  private final Site site;
  private final TimeSource time;
  private final ConfigurationWatch watch;
  private final Map<String, String> addresses = new ConcurrentHashMap<>();
  private volatile Stand stand;

  /// @param number of changes so far
  /// @param newest revision of the configuration among those that have work
  private record Stand(long number, long sinceNanos, List<Member> members, int newest) {}

  Members(Cluster cluster, Site site, TimeSource time, ConfigurationWatch watch) {
    this.cluster = cluster;
    this.site = site;
    this.time = time;
    this.watch = watch;
    this.stand = now(0);
    cluster.addMembershipListener(this);
  }

  private Stand now(long number) {
    if (addresses.size() > MOST_ADDRESSES) {
      addresses.clear();
    }
    cluster
        .getMembers()
        .forEach(member -> {
          Address address = member.getAddress();
          addresses.put(member.getUuid().toString(), address.getHost() + ":" + address.getPort());
        });
    List<Member> members = List.copyOf(cluster.getMembers());
    List<Member> working = members.stream().filter(Members::hasWork).toList();
    Revision own = revision(cluster.getLocalMember());
    Map<String, Revision> others = new TreeMap<>();
    working.stream()
        .filter(member -> !member.localMember())
        .forEach(member -> others.put(shown(member.getUuid().toString()), revision(member)));
    watch.compare(own, others);
    int newest =
        working.stream().mapToInt(member -> revision(member).number()).max().orElse(own.number());
    return new Stand(number, time.monotonicNanos(), members, newest);
  }

  private static boolean hasWork(Member member) {
    return !roles(member).equals(List.of(Role.WITNESS.word()));
  }

  private static Revision revision(Member member) {
    return Revision.parse(member.getAttribute(REVISION));
  }

  @Override
  public void memberAdded(MembershipEvent event) {
    changed();
    LOG.info("node {} joined, {} in the cluster", shown(event), stand.members.size());
  }

  @Override
  public void memberRemoved(MembershipEvent event) {
    changed();
    LOG.warn("node {} left, {} in the cluster", shown(event), stand.members.size());
  }

  private String shown(MembershipEvent event) {
    return shown(event.getMember().getUuid().toString());
  }

  private synchronized void changed() {
    stand = now(stand.number + 1);
  }

  @Override
  public String name() {
    return cluster.getLocalMember().getUuid().toString();
  }

  /// Address and port; also of a member that has gone.
  @Override
  public String shown(String name) {
    return addresses.getOrDefault(name, name);
  }

  @Override
  public int rank(Shard shard, String leaver) {
    String role = role(shard.kind()).word();
    Member self = cluster.getLocalMember();
    List<UUID> others =
        stand.members.stream()
            .filter(member -> !member.equals(self) && roles(member).contains(role))
            .filter(member -> revision(member).number() >= stand.newest)
            .map(Member::getUuid)
            .filter(uuid -> !uuid.toString().equals(leaver))
            .toList();
    return Rendezvous.rank(self.getUuid(), others, key(shard));
  }

  private static Role role(Shard.Kind kind) {
    return switch (kind) {
      case LINK -> Role.ACQUISITION;
      case DEVICE -> Role.MAPPING;
      case PUBLICATION -> Role.MQTT;
      case SITE -> Role.COMMAND;
    };
  }

  static List<String> roles(Member member) {
    return Arrays.asList(String.valueOf(member.getAttribute(ROLES)).split(",", -1));
  }

  /// What a shard goes with.
  private String key(Shard shard) {
    return switch (shard.kind()) {
      case LINK, SITE -> shard.name();
      case DEVICE -> link(shard.name());
      case PUBLICATION ->
          site.publications().stream()
              .filter(publication -> publication.name().equals(shard.name()))
              .map(Publication::devices)
              .map(devices -> link(devices.getFirst()))
              .findFirst()
              .orElse(shard.name());
    };
  }

  private String link(String device) {
    return site.devices().stream()
        .filter(each -> each.name().equals(device))
        .map(Device::link)
        .findFirst()
        .orElse(device);
  }

  @Override
  public boolean mayTake() {
    return revision(cluster.getLocalMember()).number() >= stand.newest;
  }

  @Override
  public boolean isToYield(Shard shard, long takenNanos) {
    Duration settled = SETTLED.plus(BETWEEN_HOPS.multipliedBy(shard.kind().ordinal()));
    long now = time.monotonicNanos();
    long since = Math.min(now - stand.sinceNanos, now - takenNanos);
    return since > settled.toNanos() && rank(shard, "") > 0;
  }

  @Override
  public long members() {
    return stand.number;
  }
}
