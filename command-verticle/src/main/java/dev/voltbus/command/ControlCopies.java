package dev.voltbus.command;

import dev.voltbus.contract.Address;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.ControlCopy;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.Wiring;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The copies of a site's control state on the disks of all nodes that run command: has the others
/// keep what this node decides, keeps what they decide, and asks for what they have. To be used on
/// one event loop.
final class ControlCopies {
  private static final Logger LOG = LoggerFactory.getLogger(ControlCopies.class);
  private static final Duration SAID_EVERY = Duration.ofSeconds(1);
  private static final Duration GONE_AFTER = Duration.ofSeconds(3);
  private static final long ANSWER_MILLIS = 500;

  private final Vertx vertx;
  private final Bus bus;
  private final TimeSource time;
  private final String site;
  private final @Nullable ControlFile file;
  private final String node = UUID.randomUUID().toString();
  private final Map<String, Keeper> keepers = new HashMap<>();
  private final Set<String> silent = new TreeSet<>();
  private Bus.@Nullable Subscription subscription;
  private long timer = -1;
  private long startedNanos;

  /// What this node, as owner, wants kept.
  private @Nullable SavedControl wanted;

  private @Nullable Promise<Void> spread;
  private @Nullable Gathering gathering;
  private boolean isWriting;

  /// What is to be written next. A disk that hangs must not make a queue of them.
  private @Nullable SavedControl next;

  /// Another node with a disk.
  private record Keeper(long heardNanos, long token, long revision) {
    boolean has(SavedControl state) {
      return token > state.token() || (token == state.token() && revision >= state.revision());
    }
  }

  /// Copies that are being asked for.
  private record Gathering(
      Set<String> silent, List<SavedControl> told, Promise<List<SavedControl>> all) {}

  /// @param file of this node; null where it keeps nothing
  ControlCopies(Vertx vertx, Wiring wiring, String site, @Nullable ControlFile file) {
    this.vertx = vertx;
    this.bus = wiring.bus();
    this.time = wiring.time();
    this.site = site;
    this.file = file;
    wiring
        .metrics()
        .gauge(
            "voltbus_control_keepers",
            "Other nodes that keep the control state on their disk",
            this::keepers,
            "site",
            site);
  }

  private int keepers() {
    return keepers.size();
  }

  Future<Void> start() {
    startedNanos = time.monotonicNanos();
    Bus.Subscription opened = bus.subscribe(Address.controlCopies(site), this::hear);
    subscription = opened;
    timer = vertx.setPeriodic(SAID_EVERY.toMillis(), id -> say());
    return opened.ready().onSuccess(ready -> say());
  }

  Future<Void> stop() {
    vertx.cancelTimer(timer);
    Bus.@Nullable Subscription open = subscription;
    subscription = null;
    return open == null ? Future.succeededFuture() : open.cancel();
  }

  /// Has all others keep a state. Completes when they do, or when those that do not have been
  /// waited for; they are asked again as long as this node is the owner.
  Future<Void> spread(SavedControl state) {
    wanted = state;
    forgetTheGone();
    if (spread != null) {
      spread.tryComplete();
    }
    if (keepers.isEmpty()) {
      return Future.succeededFuture();
    }
    Promise<Void> all = Promise.promise();
    spread = all;
    keep(state);
    long limit =
        vertx.setTimer(
            ANSWER_MILLIS,
            id -> {
              Set<String> late = lacking(state);
              if (silent.addAll(late)) {
                LOG.warn(
                    "site={} control state not on the disk of {} other nodes: {}",
                    site,
                    late.size(),
                    late);
              }
              all.tryComplete();
            });
    return all.future().onComplete(done -> vertx.cancelTimer(limit));
  }

  /// This node owns the control no more.
  void rest() {
    wanted = null;
  }

  /// What the others have on their disks, of those that answer in time.
  Future<List<SavedControl>> gather() {
    forgetTheGone();
    boolean knowsAll =
        !vertx.isClustered() || time.monotonicNanos() - startedNanos > GONE_AFTER.toNanos();
    if (keepers.isEmpty() && knowsAll) {
      return Future.succeededFuture(List.of());
    }
    Gathering begun =
        new Gathering(new TreeSet<>(keepers.keySet()), new ArrayList<>(), Promise.promise());
    gathering = begun;
    long limit = vertx.setTimer(ANSWER_MILLIS, id -> begun.all.tryComplete(begun.told));
    bus.publish(
        Address.controlCopies(site), new ControlCopy(node, ControlCopy.Kind.ASK, 0, 0, "", 0));
    return begun
        .all
        .future()
        .onComplete(done -> {
          gathering = null;
          vertx.cancelTimer(limit);
        });
  }

  private Set<String> lacking(SavedControl state) {
    Set<String> lacking = new TreeSet<>();
    keepers.forEach((name, keeper) -> {
      if (!keeper.has(state)) {
        lacking.add(name);
      }
    });
    return lacking;
  }

  private void forgetTheGone() {
    long now = time.monotonicNanos();
    keepers.values().removeIf(keeper -> now - keeper.heardNanos > GONE_AFTER.toNanos());
    silent.retainAll(keepers.keySet());
  }

  private void keep(SavedControl state) {
    bus.publish(
        Address.controlCopies(site),
        new ControlCopy(
            node,
            ControlCopy.Kind.KEEP,
            state.token(),
            state.revision(),
            state.toJson(),
            time.wallMillis()));
  }

  private void say() {
    forgetTheGone();
    say(false);
  }

  private void say(boolean withText) {
    @Nullable SavedControl newest = file == null ? null : file.newest();
    if (file != null) {
      bus.publish(
          Address.controlCopies(site),
          new ControlCopy(
              node,
              ControlCopy.Kind.KEPT,
              newest == null ? 0 : newest.token(),
              newest == null ? 0 : newest.revision(),
              newest == null || !withText ? "" : newest.toJson(),
              time.wallMillis()));
    }
  }

  private void hear(ControlCopy copy) {
    if (copy.node().equals(node) || subscription == null) {
      return;
    }
    switch (copy.kind()) {
      case KEEP -> parse(copy).ifPresent(this::write);
      case KEPT -> kept(copy);
      case ASK -> say(true);
      case UNKNOWN -> {}
    }
  }

  /// What another node has, by the clock of this one: theirs may differ by seconds.
  private Optional<SavedControl> parse(ControlCopy copy) {
    try {
      SavedControl theirs = SavedControl.parse(copy.text());
      return Optional.of(
          copy.wallMillis() == 0 ? theirs : theirs.movedBy(time.wallMillis() - copy.wallMillis()));
    } catch (IllegalArgumentException e) {
      LOG.error("site={} copy of {}: {}", site, copy.node(), e.getMessage());
      return Optional.empty();
    }
  }

  private void write(SavedControl copy) {
    @Nullable ControlFile mine = file;
    if (mine == null) {
      return;
    }
    if (isWriting) {
      next = copy;
      return;
    }
    isWriting = true;
    vertx
        .executeBlocking(() -> {
          mine.write(copy);
          return true;
        })
        .onSuccess(done -> say(false))
        .onFailure(
            failure -> LOG.error("site={} copy of the control state: {}", site, failure.toString()))
        .onComplete(done -> writeNext());
  }

  private void writeNext() {
    isWriting = false;
    @Nullable SavedControl waiting = next;
    next = null;
    if (waiting != null) {
      write(waiting);
    }
  }

  private void kept(ControlCopy copy) {
    keepers.put(copy.node(), new Keeper(time.monotonicNanos(), copy.token(), copy.revision()));
    told(copy);
    @Nullable SavedControl state = wanted;
    if (state == null) {
      return;
    }
    if (lacking(state).contains(copy.node())) {
      keepAgain(copy, state);
    } else if (silent.remove(copy.node())) {
      LOG.info("site={} control state is on the disk of {} again", site, copy.node());
    }
    if (spread != null && lacking(state).isEmpty()) {
      spread.tryComplete();
    }
  }

  /// One that has just come, or did not hear of it.
  private void keepAgain(ControlCopy copy, SavedControl state) {
    if (spread == null || spread.future().isComplete()) {
      LOG.debug("site={} {} lacks the control state", site, copy.node());
      keep(state);
    }
  }

  private void told(ControlCopy copy) {
    @Nullable Gathering asked = gathering;
    if (asked == null) {
      return;
    }
    if (!copy.text().isEmpty()) {
      parse(copy).ifPresent(asked.told::add);
    }
    if ((copy.text().isEmpty() && copy.token() > 0) || !asked.silent.remove(copy.node())) {
      return;
    }
    if (asked.silent.isEmpty()) {
      asked.all.tryComplete(asked.told);
    }
  }

  /// Reads what is on this node's disk, so that it can be told.
  Future<Void> open() {
    @Nullable ControlFile mine = file;
    return mine == null
        ? Future.succeededFuture()
        : vertx
            .executeBlocking(() -> {
              try {
                return mine.read().isPresent();
              } catch (IOException e) {
                return false; // said when this node becomes the owner
              }
            })
            .timeout(ANSWER_MILLIS, TimeUnit.MILLISECONDS)
            .otherwise(false)
            .mapEmpty();
  }
}
