package dev.voltbus.deploy;

import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.map.IMap;
import dev.voltbus.contract.Leases;
import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.Shard;
import dev.voltbus.contract.ShardDuty;
import dev.voltbus.contract.TimeSource;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Leases of the nodes of a cluster: one entry of a Hazelcast map with those of all shards, changed
/// by steps that are carried out where the entry is and at its backups. So one request visits them
/// all, however many they are, and is answered when every backup has answered.
final class HazelcastLeases implements Leases {
  /// Name of the map.
  static final String MAP = "voltbus.leases";

  /// The only key in it.
  static final String TABLE = "leases";

  private static final Logger LOG = LoggerFactory.getLogger(HazelcastLeases.class);
  private static final LeaseTimes TIMES = LeaseTimes.USUAL;

  /// Visits without an answer; a member that is silent is waited for by so many.
  private static final int MOST_VISITS = 24;

  private final Vertx vertx;
  private final Context context;
  private final IMap<String, String> map;
  private final Node node;
  private final TimeSource time;
  private final Metrics metrics;
  private final Map<Shard, LeaseClaim> claims = new ConcurrentHashMap<>();
  private int visits;
  private boolean isBegun;
  private long visited;

  /// This node among those that compete.
  interface Node {
    /// Unique in the cluster, and of this process only.
    String name();

    /// A node's name as an operator knows it.
    String shown(String name);

    /// How many other members have a better claim to a shard.
    ///
    /// @param leaver member that has just released it, and does not count
    int rank(Shard shard, String leaver);

    /// Whether this node may take a shard that it does not hold: not with an older configuration
    /// than another node's.
    boolean mayTake();

    /// Whether another member has the best claim, and has been there for long enough to take it.
    /// The owner before may be about to leave, or may hang: then it is a member for a while longer.
    ///
    /// @param takenNanos when this node took the shard
    boolean isToYield(Shard shard, long takenNanos);

    /// Another number each time that members come or go.
    long members();
  }

  HazelcastLeases(
      Vertx vertx, IMap<String, String> map, Node node, TimeSource time, Metrics metrics) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.map = map;
    this.node = node;
    this.time = time;
    this.metrics = metrics;
  }

  /// The duty begins when the lease is won, which may be much later, or never. One that fails to
  /// begin leaves the shard to others and is tried again.
  ///
  /// @throws IllegalStateException if this process already competes for the shard
  @Override
  public Future<Claim> compete(Shard shard, ShardDuty duty) {
    LeaseClaim claim =
        new LeaseClaim(
            vertx.getOrCreateContext(),
            this::submit,
            node,
            time,
            new LeaseClaim.Work(shard, duty, metrics, () -> claims.remove(shard)));
    if (claims.putIfAbsent(shard, claim) != null) {
      throw new IllegalStateException("shard " + shard + " is already claimed in this process");
    }
    context.runOnContext(asked -> begin());
    return Future.succeededFuture(claim);
  }

  @Override
  public Future<Long> token(Shard shard) {
    return submit(LeaseStep.look(), vertx.getOrCreateContext())
        .map(table -> table.get(shard.toString()).token());
  }

  private Future<LeaseTable> submit(LeaseStep step, Context asker) {
    return ask(() -> map.<String>submitToKey(TABLE, step), asker).map(LeaseTable::of);
  }

  /// A member that has left throws at once.
  private static <T> Future<T> ask(Supplier<CompletionStage<T>> question, Context context) {
    try {
      return Future.fromCompletionStage(question.get(), context);
    } catch (HazelcastException | HazelcastInstanceNotActiveException e) {
      return Future.failedFuture(e);
    }
  }

  private void begin() {
    if (!isBegun) {
      isBegun = true;
      var _ = vertx.setPeriodic(TIMES.visited().toMillis(), id -> visit());
    }
    visit();
  }

  /// Looks at all that this node wants, and now and then renews all that it holds.
  private void visit() {
    List<LeaseClaim> asked = List.copyOf(claims.values());
    asked.forEach(LeaseClaim::tick);
    if (asked.isEmpty() || visits == MOST_VISITS) {
      return;
    }
    visits++;
    boolean renews = visited++ % TIMES.renewing() == 0;
    long started = time.monotonicNanos();
    LeaseStep step = renews ? renewal(asked) : LeaseStep.look();
    submit(step, context)
        .onComplete(done -> visits--)
        .onSuccess(table -> asked.forEach(claim -> claim.seen(table, started, renews)))
        .onFailure(failure -> LOG.debug("leases cannot be renewed: {}", failure.toString()));
  }

  /// Not of what this node holds by the map alone, as when it never heard that a step of it was
  /// taken: that would be nobody's for ever.
  private LeaseStep renewal(List<LeaseClaim> asked) {
    List<String> held = asked.stream().filter(LeaseClaim::isHolding).map(LeaseClaim::name).toList();
    return LeaseStep.renew(held, node.name());
  }
}
