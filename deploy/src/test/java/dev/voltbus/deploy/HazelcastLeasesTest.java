package dev.voltbus.deploy;

import com.hazelcast.core.HazelcastInstance;
import dev.voltbus.contract.Leases;
import dev.voltbus.contract.LeasesContract;
import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.Shard;
import io.vertx.core.Vertx;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

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
        new Alone(),
        time,
        Metrics.none());
  }

  private static final class Alone implements HazelcastLeases.Node {
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
      return 0;
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
