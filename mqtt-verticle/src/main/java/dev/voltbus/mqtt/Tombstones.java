package dev.voltbus.mqtt;

import dev.voltbus.contract.Publication;
import dev.voltbus.contract.Site;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Clears the retained messages that an earlier configuration left at a publication's broker: an
/// empty retained message on each topic that nothing of the site sends to any more, repeated after
/// each connect until the broker has acknowledged it. Entities of Home Assistant go away with
/// theirs. To be used on one event loop.
final class Tombstones {
  private static final Logger LOG = LoggerFactory.getLogger(Tombstones.class);
  private static final Buffer EMPTY = Buffer.buffer();
  private static final int ACKNOWLEDGED = 1;
  private static final int GROUP = 20;
  private static final long PAUSE_MILLIS = 50;
  private static final int NAMED = 3;

  private final Vertx vertx;
  private final Site site;
  private final Publication publication;
  private final Manifest manifest;
  private final BiFunction<Topic, Buffer, Future<Void>> sender;
  private final String label;
  private final Set<String> gone = new TreeSet<>();
  private Set<Manifest.Place> adopted = Set.of();
  private boolean isOnline;
  private boolean isSending;
  private long timer = -1;

  /// @param state folder for what outlives the process, or null
  /// @param sender sends a message; completes when the broker has acknowledged it
  Tombstones(
      Vertx vertx,
      @Nullable Path state,
      Site site,
      Publication publication,
      BiFunction<Topic, Buffer, Future<Void>> sender) {
    this.vertx = vertx;
    this.site = site;
    this.publication = publication;
    this.sender = sender;
    this.label =
        "mqtt broker=" + publication.broker().name() + " publication=" + publication.name();
    this.manifest = new Manifest(vertx, state, label);
  }

  /// Looks up what earlier configurations can have left, and notes what this one can leave before
  /// any of it is sent. Does not fail.
  Future<Void> begin() {
    Manifest.Place own = RetainedTopics.place(publication, site);
    Set<String> possible = RetainedTopics.of(publication, site);
    return manifest
        .places(site.name(), own.broker())
        .onSuccess(places -> adopted = orphans(places))
        .compose(places -> manifest.read(with(own, adopted)))
        .compose(before -> {
          gone.addAll(before);
          gone.removeAll(RetainedTopics.atBrokerOf(publication, site));
          Set<String> noted = new HashSet<>(possible);
          noted.addAll(gone);
          return manifest.write(own, noted);
        })
        .compose(noted -> forgetAdopted());
  }

  /// Lists of publications that are no more.
  private Set<Manifest.Place> orphans(Set<Manifest.Place> places) {
    if (!RetainedTopics.isFirstAtBroker(publication, site)) {
      return Set.of();
    }
    Set<String> names =
        site.publications().stream().map(Publication::name).collect(Collectors.toSet());
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

  /// Clears topics on request.
  void add(Collection<String> topics) {
    gone.addAll(topics);
    later();
  }

  void online() {
    isOnline = true;
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
    timer = -1;
  }

  private void later() {
    if (isOnline && !isSending && timer < 0 && !gone.isEmpty()) {
      timer = vertx.setTimer(PAUSE_MILLIS, id -> sendGroup());
    }
  }

  private void sendGroup() {
    timer = -1;
    isSending = true;
    List<String> group = gone.stream().limit(GROUP).toList();
    Future.join(group.stream().map(this::clear).toList())
        .compose(cleared -> gone.isEmpty() ? noteCleared() : Future.succeededFuture())
        .onComplete(done -> isSending = false)
        .onSuccess(cleared -> later())
        .onFailure(
            failure -> // the next connect begins again
            LOG.debug("{} {}", label, failure.getMessage()));
  }

  private Future<Void> clear(String topic) {
    return sender
        .apply(new Topic(topic, ACKNOWLEDGED, true), EMPTY)
        .onSuccess(acknowledged -> gone.remove(topic));
  }

  private Future<Void> noteCleared() {
    LOG.info("{} retained topics are cleared", label);
    return manifest.write(
        RetainedTopics.place(publication, site), RetainedTopics.of(publication, site));
  }
}
