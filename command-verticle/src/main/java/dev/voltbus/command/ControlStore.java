package dev.voltbus.command;

import dev.voltbus.contract.Wiring;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.AsyncMap;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where the control state of a site outlives the process: a file on this node's disk, a map of the
/// cluster, and the disks of all other nodes that run command.
final class ControlStore {
  private static final Logger LOG = LoggerFactory.getLogger(ControlStore.class);
  private static final String MAP = "voltbus.control";
  private static final long DISK_MILLIS = 2_000;
  private static final long CLUSTER_MILLIS = 500;

  private final Vertx vertx;
  private final String site;
  private final @Nullable ControlFile file;
  private final ControlCopies copies;

  /// What was found of the time before.
  ///
  /// @param newest of all copies; null if none could be read
  /// @param troubles of copies that could not be read
  record Found(@Nullable SavedControl newest, List<String> troubles) {}

  ControlStore(Vertx vertx, String site, Wiring wiring) {
    this.vertx = vertx;
    this.site = site;
    @Nullable Path state = wiring.state();
    this.file = state == null ? null : new ControlFile(file(state, site), wiring.time());
    this.copies = new ControlCopies(vertx, wiring, site, file);
  }

  /// Keeps from now on what an owner elsewhere decides.
  Future<Void> start() {
    return copies.open().compose(open -> copies.start());
  }

  Future<Void> stop() {
    return copies.stop();
  }

  /// This node owns the control no more.
  void rest() {
    copies.rest();
  }

  static Path file(Path state, String site) {
    return state.resolve("control-" + site + ".json");
  }

  /// Reads all copies that can be reached. Does not fail.
  Future<Found> read() {
    List<SavedControl> found = new ArrayList<>();
    List<SavedControl> inCluster = new ArrayList<>();
    List<String> troubles = new ArrayList<>();
    Future<?> mine =
        vertx
            .executeBlocking(this::readFile)
            .timeout(DISK_MILLIS, TimeUnit.MILLISECONDS)
            .onSuccess(read -> read.ifPresent(found::add))
            .onFailure(failure -> troubles.add(String.valueOf(failure.getMessage())));
    Future<?> shared =
        map()
            .compose(map -> map.get(site))
            .timeout(DISK_MILLIS, TimeUnit.MILLISECONDS)
            .map(text -> text != null && inCluster.add(SavedControl.parse(text)))
            .onFailure(failure -> troubles.add("the cluster's copy: " + failure.getMessage()));
    Future<?> others = copies.gather().onSuccess(found::addAll);
    return Future.join(mine, shared, others)
        .transform(read -> {
          found.addAll(inCluster); // by the clock of a node that may be gone
          return adopt(SavedControl.newest(found).orElse(null));
        })
        .map(adopted -> new Found(adopted, troubles));
  }

  /// What others had must be on this node's disk, too; a disk that does not take it is heard of
  /// with the next change.
  private Future<@Nullable SavedControl> adopt(@Nullable SavedControl newest) {
    if (newest == null) {
      return Future.succeededFuture(null);
    }
    return write(newest)
        .onFailure(failure ->
            LOG.warn("site={} control state from before: {}", site, failure.getMessage()))
        .transform(done -> Future.succeededFuture(newest));
  }

  private Optional<SavedControl> readFile() throws IOException {
    return file == null ? Optional.empty() : file.read();
  }

  /// Completes when the state is on this node's disk, and in the cluster and on the disks of others
  /// if those answer soon; fails if the own disk does not take it. The others never have what that
  /// refused.
  Future<Void> write(SavedControl control) {
    return vertx
        .executeBlocking(() -> writeFile(control))
        .timeout(DISK_MILLIS, TimeUnit.MILLISECONDS)
        .compose(written -> Future.join(share(control), copies.spread(control)).mapEmpty());
  }

  private Future<Void> share(SavedControl control) {
    return map()
        .compose(map -> map.put(site, control.toJson()))
        .timeout(CLUSTER_MILLIS, TimeUnit.MILLISECONDS)
        .onFailure(failure ->
            LOG.warn("site={} control state not in the cluster: {}", site, failure.getMessage()))
        .otherwiseEmpty();
  }

  private boolean writeFile(SavedControl control) throws IOException {
    if (file == null) {
      return false;
    }
    file.write(control);
    return true;
  }

  private Future<AsyncMap<String, String>> map() {
    return vertx.sharedData().getAsyncMap(MAP);
  }
}
