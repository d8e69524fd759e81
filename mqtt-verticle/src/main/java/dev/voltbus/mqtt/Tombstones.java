package dev.voltbus.mqtt;

import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.Wiring;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Clears the retained messages that an earlier configuration left at a publication's broker: an
/// empty retained message on each topic that nothing of the site sends to any more, repeated after
/// each connect until the broker has acknowledged it. Entities of Home Assistant go away with
/// theirs. To be used on one event loop.
final class Tombstones {
  private static final Logger LOG = LoggerFactory.getLogger(Tombstones.class);
  private static final Buffer EMPTY = Buffer.buffer();
  private static final Buffer MIGRATE = Buffer.buffer("{\"migrate_discovery\":true}");
  private static final int ACKNOWLEDGED = 1;
  private static final int GROUP = 20;
  private static final long PAUSE_MILLIS = 50;
  private static final long RETRY_MILLIS = 1_000;
  private static final int NAMED = 3;

  private final Vertx vertx;
  private final RetainedTopics retained;
  private final Publication publication;
  private final Manifest manifest;
  private final Metrics.Counter cleared;
  private final BiFunction<Topic, Buffer, Future<Void>> sender;
  private final String label;
  private final Set<String> gone = new TreeSet<>();
  private final Set<DeviceForm.Component> removed = new LinkedHashSet<>();

  /// Entities that are told in the other form now: cleared only when Home Assistant has them there.
  private final Set<String> moved = new TreeSet<>();

  private Set<Manifest.Place> adopted = Set.of();
  private boolean isReleased;
  private boolean isOnline;
  private boolean isSending;
  private long timer = -1;
  private long pause = -1;

  /// @param retained what the site's configuration can leave
  /// @param sender sends a message; completes when the broker has acknowledged it
  Tombstones(
      Vertx vertx,
      Wiring wiring,
      RetainedTopics retained,
      Publication publication,
      BiFunction<Topic, Buffer, Future<Void>> sender) {
    this.vertx = vertx;
    this.retained = retained;
    this.publication = publication;
    this.cleared =
        wiring
            .metrics()
            .counter(
                "voltbus_mqtt_retained_cleared_total",
                "Retained messages of an earlier configuration that were cleared",
                "broker",
                publication.broker().name(),
                "publication",
                publication.name());
    this.sender = sender;
    this.label =
        "mqtt broker=" + publication.broker().name() + " publication=" + publication.name();
    this.manifest = new Manifest(vertx, wiring.state(), label);
  }

  /// Looks up what earlier configurations can have left, and notes what this one can leave before
  /// any of it is sent. Does not fail.
  Future<Void> begin() {
    return vertx
        .executeBlocking(() -> retained.atBrokerOf(publication))
        .compose(known -> lookUp())
        .compose(this::note)
        .compose(noted -> forgetAdopted());
  }

  /// What this publication and those that are no more can have left.
  private Future<Set<String>> lookUp() {
    Site site = retained.site();
    Manifest.Place own = place();
    if (!RetainedTopics.isFirstAtBroker(publication, site)) {
      return manifest.read(Set.of(own));
    }
    return manifest
        .places(site.name(), own.broker())
        .onSuccess(places -> adopted = orphans(places))
        .compose(places -> manifest.read(with(own, adopted)));
  }

  private Future<Void> note(Set<String> before) {
    Set<String> possible = retained.of(publication);
    Set<String> ours = retained.atBrokerOf(publication);
    before.stream().filter(entry -> !ours.contains(entry)).forEach(entry -> sort(entry, possible));
    if (!gone.isEmpty()) {
      moved.addAll(gone);
      moved.retainAll(retained.inOtherForm(publication));
    }
    Set<String> noted = new HashSet<>(possible);
    noted.addAll(before);
    return manifest.write(place(), noted);
  }

  private Manifest.Place place() {
    return RetainedTopics.place(publication, retained.site());
  }

  /// An entity of a device's message goes with the message, or is taken out of it.
  private void sort(String entry, Set<String> possible) {
    if (!DeviceForm.Component.is(entry)) {
      gone.add(entry);
      return;
    }
    DeviceForm.Component component = DeviceForm.Component.parse(entry);
    if (possible.contains(component.topic())) {
      removed.add(component);
    }
  }

  /// Entities to be taken out of a device's message.
  Set<DeviceForm.Component> removed() {
    return removed;
  }

  /// Lists of publications that are no more.
  private Set<Manifest.Place> orphans(Set<Manifest.Place> places) {
    Set<String> names =
        retained.site().publications().stream().map(Publication::name).collect(Collectors.toSet());
    return places.stream()
        .filter(place -> !names.contains(place.publication()))
        .collect(Collectors.toUnmodifiableSet());
  }

  private static Set<Manifest.Place> with(Manifest.Place own, Set<Manifest.Place> others) {
    Set<Manifest.Place> all = new HashSet<>(others);
    all.add(own);
    return all;
  }

  /// They are in this publication's own list now.
  private Future<Void> forgetAdopted() {
    Future<Void> done = Future.succeededFuture();
    for (Manifest.Place place : adopted) {
      done = done.compose(before -> manifest.write(place, Set.of()));
    }
    return done;
  }

  /// What is told again is no longer to be cleared.
  void keep(Set<String> entries) {
    gone.removeAll(entries);
    removed.removeIf(component -> entries.contains(component.toString()));
  }

  /// Clears what is no longer told: topics, and entities in messages of devices, which the next
  /// such message takes out.
  void add(Collection<String> entries) {
    entries.forEach(entry -> {
      if (DeviceForm.Component.is(entry)) {
        removed.add(DeviceForm.Component.parse(entry));
      } else {
        gone.add(entry);
      }
    });
    later();
  }

  /// Tells Home Assistant that entities are about to move into messages of the other form, so that
  /// it keeps their names, rooms and history.
  ///
  /// @return completes when the broker has acknowledged it
  Future<Void> migrate() {
    isReleased = moved.isEmpty() && removed.isEmpty();
    if (moved.isEmpty()) {
      return Future.succeededFuture();
    }
    LOG.info(
        "{} moves {} messages of Home Assistant's discovery to the form {}",
        label,
        moved.size(),
        publication.discovery().form().name().toLowerCase(Locale.ROOT));
    return tryMigrate();
  }

  private Future<Void> tryMigrate() {
    return migrate(new ArrayDeque<>(moved))
        .recover(failure -> {
          LOG.debug("{} {}", label, failure.getMessage());
          return pause().compose(over -> tryMigrate());
        });
  }

  /// Group by group, so that a large battery is no storm.
  private Future<Void> migrate(Deque<String> topics) {
    List<Future<Void>> group = new ArrayList<>();
    while (group.size() < GROUP && !topics.isEmpty()) {
      group.add(sender.apply(new Topic(topics.remove(), ACKNOWLEDGED, true), MIGRATE));
    }
    return group.isEmpty()
        ? Future.succeededFuture()
        : Future.join(group).compose(told -> migrate(topics));
  }

  /// Never over if the connection is lost meanwhile: the next one begins anew.
  private Future<Void> pause() {
    Promise<Void> over = Promise.promise();
    vertx.cancelTimer(pause);
    pause = vertx.setTimer(RETRY_MILLIS, id -> over.complete());
    return over.future();
  }

  /// Home Assistant has been told of all entities there are.
  void release() {
    if (!isReleased) {
      isReleased = true;
      later();
      if (gone.isEmpty()) {
        noteCleared().onFailure(never -> LOG.debug("{} {}", label, never.getMessage()));
      }
    }
  }

  void online() {
    isOnline = true;
    if (!removed.isEmpty()) {
      LOG.info("{} takes {} entities out of messages of devices", label, removed.size());
    }
    if (!gone.isEmpty()) {
      LOG.info(
          "{} clears {} retained topics that are no longer sent: {}", label, gone.size(), some());
      later();
    }
  }

  private String some() {
    List<String> named = gone.stream().limit(NAMED).toList();
    return String.join(", ", named) + (gone.size() > NAMED ? ", ..." : "");
  }

  void offline() {
    isOnline = false;
    isSending = false;
    vertx.cancelTimer(timer);
    vertx.cancelTimer(pause);
    timer = -1;
  }

  private void later() {
    later(PAUSE_MILLIS);
  }

  private void later(long millis) {
    if (isOnline && !isSending && timer < 0 && !due().isEmpty()) {
      timer = vertx.setTimer(millis, id -> sendGroup());
    }
  }

  private void sendGroup() {
    timer = -1;
    isSending = true;
    Future.join(due().stream().map(this::clear).toList())
        .compose(cleared -> gone.isEmpty() ? noteCleared() : Future.succeededFuture())
        .onComplete(done -> isSending = false)
        .onSuccess(cleared -> later())
        .onFailure(failure -> {
          LOG.debug("{} {}", label, failure.getMessage());
          later(RETRY_MILLIS);
        });
  }

  private List<String> due() {
    return gone.stream()
        .filter(topic -> isReleased || !moved.contains(topic))
        .limit(GROUP)
        .toList();
  }

  private Future<Void> clear(String topic) {
    return sender
        .apply(new Topic(topic, ACKNOWLEDGED, true), EMPTY)
        .onSuccess(acknowledged -> {
          cleared.increment();
          gone.remove(topic);
          moved.remove(topic);
        });
  }

  private Future<Void> noteCleared() {
    LOG.info("{} what an earlier configuration left is cleared", label);
    Set<String> noted = new HashSet<>(retained.of(publication));
    if (!isReleased) {
      removed.forEach(component -> noted.add(component.toString()));
    }
    return manifest.write(place(), noted);
  }
}
