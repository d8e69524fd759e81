package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.partition.Partition;
import com.hazelcast.partition.PartitionService;
import dev.voltbus.contract.Health;
import dev.voltbus.contract.Lease;
import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.Shard;
import dev.voltbus.contract.ShardDuty;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.TimeSource;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Leases of several members: what becomes of them when one is lost, cut off or frozen.
@Timeout(120)
class LeaseTakeOverTest {
  private static final Shard LINK = new Shard(Shard.Kind.LINK, "demo", "rack");
  private static final Site SITE = new Site("demo", List.of(), List.of(), List.of());
  private static final AtomicInteger CLUSTERS = new AtomicInteger();
  private static final LeaseTimes TIMES = LeaseTimes.USUAL;
  private static final int MOST_TRIES = 12;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final String cluster =
      "take-over-" + ProcessHandle.current().pid() + "-" + CLUSTERS.incrementAndGet();
  private final Vertx vertx = Vertx.vertx();
  private final List<HazelcastInstance> members = new ArrayList<>();

  @AfterEach
  void leave() {
    vertx.close().await();
    members.forEach(member -> member.getLifecycleService().terminate());
  }

  /// A member that competes for one link.
  private final class Competitor implements ShardDuty {
    private final HazelcastInstance member = LeaseMember.here(cluster, 1, Set.of(Role.ACQUISITION));
    private final BlockingQueue<Lease> won = new LinkedBlockingQueue<>();
    private final BlockingQueue<Long> ended = new LinkedBlockingQueue<>();

    private Competitor() {
      members.add(member);
      TimeSource time = TimeSource.system();
      var _ =
          new HazelcastLeases(
                  vertx,
                  member.getMap(HazelcastLeases.MAP),
                  new Members(
                      member.getCluster(),
                      SITE,
                      time,
                      new ConfigurationWatch(Health.none(), Metrics.none())),
                  time,
                  Metrics.none())
              .compete(LINK, this);
    }

    @Override
    public Future<Void> begin(Lease lease) {
      won.add(lease);
      return Future.succeededFuture();
    }

    @Override
    public Future<Void> end() {
      ended.add(System.nanoTime());
      return Future.succeededFuture();
    }

    private Lease lease() throws InterruptedException {
      Lease lease = won.poll(30, TimeUnit.SECONDS);
      assertTrue(lease != null, "no lease");
      return lease;
    }

    private void awaitEnd() throws InterruptedException {
      assertNotNull(ended.poll(30, TimeUnit.SECONDS), "the duty goes on");
    }
  }

  // An answer that only the node itself stands for is worth nothing once that node is cut off.
  @Test
  void aRenewalWithoutItsBackupDoesNotCount() throws Exception {
    Competitor owner = new Competitor();
    Lease first = owner.lease();
    try (LeaseMember backup = backupOf(owner.member)) {
      awaitRenewals(first, 2);
      backup.signal("STOP");
      long frozen = System.nanoTime();
      owner.awaitEnd();
      long lasted = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - frozen);
      assertFalse(first.isValid());
      long most = TIMES.valid().plus(TIMES.visited()).toMillis();
      assertTrue(lasted < most, "its lease went on for " + lasted + " ms, most " + most);
      backup.signal("CONT");
      Lease second = owner.lease();
      assertTrue(second.token() > first.token());
      assertEquals(List.of(false, true), List.of(first.isTakenOver(), second.isTakenOver()));
    }
  }

  /// A second member that has the copy of the leases. Which of two members has the copy and which
  /// one the leases themselves is chance; the other way round the leases go with the member.
  private LeaseMember backupOf(HazelcastInstance member) throws Exception {
    for (int i = 0; i < MOST_TRIES; i++) {
      LeaseMember joined = LeaseMember.apart(cluster, 1);
      awaitShared(member);
      if (isFirst(member)) {
        return joined;
      }
      joined.close();
      awaitTrue(() -> member.getCluster().getMembers().size() == 1);
    }
    throw new AssertionError("of " + MOST_TRIES + " members none got the copy");
  }

  private static boolean isFirst(HazelcastInstance member) {
    return isOwn(member.getPartitionService().getPartition(HazelcastLeases.TABLE));
  }

  private static boolean isOwn(Partition partition) {
    Member owner = partition.getOwner();
    return owner != null && owner.localMember();
  }

  /// Both have their half, and copies of the other's.
  private static void awaitShared(HazelcastInstance member) {
    PartitionService partitions = member.getPartitionService();
    awaitTrue(() ->
        !partitions.getPartitions().stream().allMatch(LeaseTakeOverTest::isOwn)
            && partitions.isClusterSafe());
  }

  private static void awaitTrue(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "not within 30 s");
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /// Longer than it would be valid without them.
  private static void awaitRenewals(Lease lease, int seconds) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (System.nanoTime() < end) {
      assertTrue(lease.isValid(), "not renewed");
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  @Test
  void theLeaseOfADeadMemberIsTakenOverOnceItIsOver() throws Exception {
    Competitor one = new Competitor();
    Lease first = one.lease();
    Competitor other = new Competitor();
    awaitRenewals(first, 2);
    assertEquals(0, other.won.size());
    long killed = System.nanoTime();
    one.member.getLifecycleService().terminate();
    Lease second = other.lease();
    long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - killed);
    assertFalse(first.isValid(), "two hold it");
    assertTrue(second.token() > first.token());
    assertTrue(took < 5_000, "taken over after " + took + " ms");
    System.out.println("taken over after " + took + " ms");
  }
}
