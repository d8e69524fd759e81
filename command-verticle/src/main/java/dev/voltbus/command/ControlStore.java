package dev.voltbus.command;

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

/// Where the control state of a site outlives the process: a file on this node's disk and a map of
/// the cluster.
final class ControlStore {
  private static final Logger LOG = LoggerFactory.getLogger(ControlStore.class);
  private static final String MAP = "voltbus.control";
  private static final long DISK_MILLIS = 2_000;
  private static final long CLUSTER_MILLIS = 500;

  private final Vertx vertx;
  private final String site;
  private final @Nullable ControlFile file;

  /// What was found of the time before.
  ///
  /// @param newest of all copies; null if none could be read
  /// @param troubles of copies that could not be read
  record Found(@Nullable SavedControl newest, List<String> troubles) {}

  /// @param state folder for what outlives the process; null keeps the state in the cluster alone
  ControlStore(Vertx vertx, String site, @Nullable Path state) {
    this.vertx = vertx;
    this.site = site;
    this.file = state == null ? null : new ControlFile(file(state, site));
  }

  static Path file(Path state, String site) {
    return state.resolve("control-" + site + ".json");
  }

  /// Reads all copies that can be reached. Does not fail.
  Future<Found> read() {
    List<SavedControl> copies = new ArrayList<>();
    List<String> troubles = new ArrayList<>();
    return vertx
        .executeBlocking(this::readFile)
        .timeout(DISK_MILLIS, TimeUnit.MILLISECONDS)
        .onSuccess(read -> read.ifPresent(copies::add))
        .onFailure(failure -> troubles.add(String.valueOf(failure.getMessage())))
        .otherwise(Optional.empty())
        .compose(read -> map().compose(map -> map.get(site)))
        .timeout(DISK_MILLIS, TimeUnit.MILLISECONDS)
        .onSuccess(text -> {
          if (text != null) {
            copies.add(SavedControl.parse(text));
          }
        })
        .onFailure(failure -> troubles.add("the cluster's copy: " + failure.getMessage()))
        .map(read -> new Found(SavedControl.newest(copies).orElse(null), troubles))
        .otherwise(failure -> new Found(SavedControl.newest(copies).orElse(null), troubles));
  }

  private Optional<SavedControl> readFile() throws IOException {
    return file == null ? Optional.empty() : file.read();
  }

  /// Completes when the state is on this node's disk, and in the cluster if that answers soon;
  /// fails if the disk does not take it. The cluster never has what the disk refused.
  Future<Void> write(SavedControl control) {
    return vertx
        .executeBlocking(() -> writeFile(control))
        .timeout(DISK_MILLIS, TimeUnit.MILLISECONDS)
        .compose(written -> share(control));
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
