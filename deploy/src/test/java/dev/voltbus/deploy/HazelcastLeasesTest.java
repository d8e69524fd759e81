package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import dev.voltbus.contract.Lease;
import dev.voltbus.contract.Leases;
import dev.voltbus.contract.LeasesContract;
import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.Shard;
import dev.voltbus.contract.ShardDuty;
import dev.voltbus.contract.TimeSource;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The leases of a cluster whose only member is this process.
class HazelcastLeasesTest extends LeasesContract {
  private static final AtomicInteger RESTARTS = new AtomicInteger();
  private static HazelcastInstance member;
  private static Vertx vertx;

  @BeforeAll
  static void join() {
    member = LeaseMember.here("leases-" + ProcessHandle.current().pid(), 1, Set.of());
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void leave() {
    vertx.close().await();
    member.shutdown();
  }

  /// A map of its own knows nothing of what was before.
  @Override
  protected Leases start() {
    return new HazelcastLeases(
        vertx,
        member.getMap(HazelcastLeases.MAP + RESTARTS.incrementAndGet()),
        new Alone(0),
        time,
        Metrics.none());
  }

  // As when a step was taken and its answer got lost.
  @Test
  void whatThisNodeHoldsByTheMapAloneIsTakenAgain() throws Exception {
    Shard shard = new Shard(Shard.Kind.LINK, "demo", "rack");
    IMap<String, String> map = member.getMap(HazelcastLeases.MAP + RESTARTS.incrementAndGet());
    LeaseStep unheard = LeaseStep.take(shard.toString(), LeaseRecord.NONE, "alone", 7);
    map.<String>submitToKey(HazelcastLeases.TABLE, unheard)
        .toCompletableFuture()
        .get(5, TimeUnit.SECONDS);
    BlockingQueue<Long> won = new LinkedBlockingQueue<>();
    ShardDuty duty =
        new ShardDuty() {
          @Override
          public Future<Void> begin(Lease lease) {
            won.add(lease.token());
            return Future.succeededFuture();
          }

          @Override
          public Future<Void> end() {
            return Future.succeededFuture();
          }
        };
    Leases.Claim claim =
        new HazelcastLeases(vertx, map, new Alone(1), TimeSource.system(), Metrics.none())
            .compete(shard, duty)
            .await();
    Long token = won.poll(10, TimeUnit.SECONDS);
    assertNotNull(token, "never taken");
    assertTrue(token > 7, token.toString());
    claim.release().await();
  }

  private record Alone(int rank) implements HazelcastLeases.Node {
    @Override
    public String name() {
      return "alone";
    }

    @Override
    public String shown(String name) {
      return name;
    }

    @Override
    public int rank(Shard shard, String leaver) {
      return rank;
    }

    @Override
    public boolean mayTake() {
      return true;
    }

    @Override
    public boolean isToYield(Shard shard, long takenNanos) {
      return false;
    }

    @Override
    public long members() {
      return 0;
    }
  }
}
