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
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/// Who has which claim to which shard. What belongs to a link goes with it, so that a line tends to
/// be in one process.
final class Members implements HazelcastLeases.Node, MembershipListener {
  /// Attribute with the roles of a member.
  static final String ROLES = "voltbus.roles";

  /// Members that come all at once, as at a restart, move nothing twice.
  private static final Duration SETTLED = Duration.ofSeconds(10);

  /// Only one hop of a line changes hands at a time, so that the others keep what it misses.
  private static final Duration BETWEEN_HOPS = Duration.ofSeconds(1);

  /// A member has another name after each start.
  private static final int MOST_ADDRESSES = 1_000;

  private final Cluster cluster;
  private final Site site;
  private final TimeSource time;
  private final Map<String, String> addresses = new ConcurrentHashMap<>();
  private volatile Stand stand;

  /// @param number of changes so far
  private record Stand(long number, long sinceNanos, List<Member> members) {}

  Members(Cluster cluster, Site site, TimeSource time) {
    this.cluster = cluster;
    this.site = site;
    this.time = time;
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
    return new Stand(number, time.monotonicNanos(), List.copyOf(cluster.getMembers()));
  }

  @Override
  public void memberAdded(MembershipEvent event) {
    changed();
  }

  @Override
  public void memberRemoved(MembershipEvent event) {
    changed();
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
  public boolean isToYield(Shard shard) {
    Duration settled = SETTLED.plus(BETWEEN_HOPS.multipliedBy(shard.kind().ordinal()));
    return time.monotonicNanos() - stand.sinceNanos > settled.toNanos() && rank(shard, "") > 0;
  }

  @Override
  public long members() {
    return stand.number;
  }
}
