package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hazelcast.core.HazelcastInstance;
import dev.voltbus.contract.Health;
import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.Shard;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.TestingTimeSource;
import dev.voltbus.contract.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Who may take what in a cluster whose nodes have different configurations.
@Timeout(60)
class MembersTest {
  private static final Site SITE = new Site("demo", List.of(), List.of(), List.of());
  private static final Revision OLD = new Revision(3, "0123456789abcdef");
  private static final Revision NEW = new Revision(4, "fedcba9876543210");
  private static final Set<Role> WORK = Set.of(Role.ACQUISITION);

  private final String cluster = "members-" + ProcessHandle.current().pid();
  private final List<HazelcastInstance> members = new ArrayList<>();

  @AfterEach
  void leave() {
    members.forEach(member -> member.getLifecycleService().terminate());
  }

  /// A member, and what an operator is told there.
  private final class Node implements Health {
    private final HazelcastInstance hazelcast;
    private final Members claims;
    private final Map<String, String> parts = new TreeMap<>();

    private Node(Revision revision, Set<Role> roles) {
      this(revision, roles, TimeSource.system());
    }

    private Node(Revision revision, Set<Role> roles, TimeSource time) {
      hazelcast = LeaseMember.here(cluster, 1, roles, revision);
      members.add(hazelcast);
      claims =
          new Members(
              hazelcast.getCluster(), SITE, time, new ConfigurationWatch(this, Metrics.none()));
    }

    private String address() {
      return claims.shown(claims.name());
    }

    /// Of 20 links, those for which no other member has a better claim.
    private long first() {
      long first = 0;
      for (int i = 0; i < 20; i++) {
        first += claims.rank(new Shard(Shard.Kind.LINK, "demo", "l" + i), "") == 0 ? 1 : 0;
      }
      return first;
    }

    private synchronized String story() {
      return parts.getOrDefault("configuration", "");
    }

    @Override
    public synchronized void up(String part) {
      parts.put(part, "");
    }

    @Override
    public synchronized void down(String part, String reason) {
      parts.put(part, reason);
    }

    @Override
    public synchronized void gone(String part) {
      parts.remove(part);
    }
  }

  private static void awaitTrue(BooleanSupplier isSo) {
    long end = System.nanoTime() + 20_000_000_000L;
    while (!isSo.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "not within 20 s");
      Thread.onSpinWait();
    }
  }

  @Test
  void onlyNodesWithTheNewestConfigurationTakeAnythingOver() {
    Node older = new Node(OLD, WORK);
    assertTrue(older.claims.mayTake());
    assertEquals("", older.story());
    Node newer = new Node(NEW, WORK);
    awaitTrue(() -> !older.claims.mayTake());
    assertTrue(newer.claims.mayTake());
    assertEquals(20, newer.first());
    assertTrue(older.first() < 20, older.first() + " of 20");
    assertEquals(
        newer.address()
            + " has revision 4 of the site file, this node 3 and takes nothing more over",
        older.story());
    assertEquals(
        older.address()
            + " has revision 3 of the site file and takes nothing more over, this node 4",
        newer.story());
    newer.hazelcast.shutdown();
    awaitTrue(older.claims::mayTake); // better than nobody
    awaitTrue(() -> older.story().isEmpty());
  }

  @Test
  void nodesThatDifferInOneRevisionAllGoOnAndSaySo() {
    Node one = new Node(OLD, WORK);
    Node other = new Node(new Revision(OLD.number(), NEW.digest()), WORK);
    awaitTrue(() -> !one.story().isEmpty());
    assertTrue(one.claims.mayTake() && other.claims.mayTake());
    assertEquals(
        other.address()
            + " has another configuration of the same revision 3; count `revision` up in the newer",
        one.story());
  }

  // Whoever had it before is a member for a while longer, also if it stops or hangs.
  @Test
  void whatWasJustTakenIsKeptThoughAnotherHasTheFirstClaim() {
    TestingTimeSource time = TestingTimeSource.atNewYear();
    Node one = new Node(OLD, WORK, time);
    Node other = new Node(OLD, WORK);
    awaitTrue(() -> one.claims.members() > 0);
    Shard others =
        Stream.iterate(0, i -> i + 1)
            .map(i -> new Shard(Shard.Kind.LINK, "demo", "l" + i))
            .filter(shard -> other.claims.rank(shard, "") == 0)
            .findFirst()
            .orElseThrow();
    long before = time.monotonicNanos();
    assertFalse(one.claims.isToYield(others, before), "just joined");
    time.advance(Duration.ofSeconds(11));
    assertTrue(one.claims.isToYield(others, before));
    long taken = time.monotonicNanos();
    assertFalse(one.claims.isToYield(others, taken), "just taken");
    time.advance(Duration.ofSeconds(11));
    assertTrue(one.claims.isToYield(others, taken));
  }

  @Test
  void aWitnessHasNoSay() {
    Node one = new Node(OLD, WORK);
    Node witness = new Node(NEW, Set.of(Role.WITNESS));
    awaitTrue(() -> one.hazelcast.getCluster().getMembers().size() == 2);
    assertTrue(one.claims.mayTake());
    assertEquals("", one.story());
    assertFalse(witness.story().isEmpty());
  }
}
