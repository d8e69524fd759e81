package dev.voltbus.mqtt;

import dev.voltbus.contract.Address;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.Delivered;
import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.Lease;
import dev.voltbus.contract.PollMark;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// How far a publication is with each of its devices: of which polls all that must arrive was
/// delivered, or deliberately not sent. Tells whoever keeps the polls. To be used on one event
/// loop.
///
/// What is sent belongs to the polls that were taken before. They count when it is acknowledged,
/// and all before it is.
final class Deliveries {
  static final long TOLD_EVERY_MILLIS = 200;

  /// Polls on the way. Beyond it the oldest are told of with those behind them.
  static final int MOST_STEPS = 2_000;

  private final Vertx vertx;
  private final Bus bus;
  private final String site;
  private final String publication;
  private final Lease lease;
  private final Map<String, PollMark> delivered = new HashMap<>();
  private final Map<String, PollMark> stored = new HashMap<>();
  private final Set<String> news = new HashSet<>();
  private final Deque<Step> undelivered = new ArrayDeque<>();
  private final Deque<Step> unstored = new ArrayDeque<>();

  /// Stored samples that are not acknowledged, by number.
  private final NavigableMap<Long, Step> records = new TreeMap<>();

  private Step open = new Step();
  private long timer = -1;

  /// Polls that were taken, and what was sent since.
  private static final class Step {
    private final Map<String, PollMark> marks = new HashMap<>();
    private int toStore;
    private int toDeliver;
    private boolean isForgotten;

    private boolean isEmpty() {
      return marks.isEmpty() && toDeliver == 0;
    }
  }

  Deliveries(Vertx vertx, Bus bus, String site, String publication, Lease lease) {
    this.vertx = vertx;
    this.bus = bus;
    this.site = site;
    this.publication = publication;
    this.lease = lease;
  }

  void begin() {
    timer = vertx.setPeriodic(TOLD_EVERY_MILLIS, id -> tell());
  }

  /// Tells the last of it.
  void end() {
    if (timer >= 0) {
      vertx.cancelTimer(timer);
      tell();
    }
  }

  /// What is known from a former owner.
  void known(String device, PollMark upTo) {
    raise(delivered, device, upTo);
  }

  boolean isDelivered(DeviceSnapshot snapshot) {
    PollMark mark = PollMark.of(snapshot);
    return !mark.isAfter(
        Objects.requireNonNullElse(delivered.get(snapshot.device()), PollMark.NONE));
  }

  /// A poll is taken; what it brings about is sent next.
  void taken(DeviceSnapshot snapshot) {
    open.marks.put(snapshot.device(), PollMark.of(snapshot));
  }

  /// Something is stored to be sent. Completes with the number of its record; one that fails was
  /// counted elsewhere.
  void storing(Future<Long> record) {
    Step step = open;
    step.toStore++;
    step.toDeliver++;
    record
        .onSuccess(number -> stored(number, step))
        .onFailure(failure -> step.toDeliver--)
        .onComplete(done -> {
          step.toStore--;
          settle();
        });
  }

  private void stored(long number, Step step) {
    if (!step.isForgotten) {
      records.put(number, step);
    }
  }

  /// Something is sent without being stored. It counts as done even if it fails: nobody can send it
  /// again.
  void sending(Future<Void> sent) {
    Step step = open;
    step.toDeliver++;
    sent.onComplete(done -> {
      step.toDeliver--;
      settle();
    });
  }

  /// A record that was stored is acknowledged.
  void acknowledged(long record) {
    @Nullable Step step = records.remove(record);
    if (step != null) {
      step.toDeliver--;
      settle();
    }
  }

  /// All that the polls taken so far bring about is sent.
  void close() {
    if (!open.isEmpty()) {
      undelivered.add(open);
      unstored.add(open);
      open = new Step();
      if (undelivered.size() > MOST_STEPS) {
        forget(undelivered.removeFirst());
      }
      settle();
    }
  }

  private void forget(Step step) {
    step.isForgotten = true;
    while (!records.isEmpty() && records.firstEntry().getValue().isForgotten) {
      records.pollFirstEntry();
    }
  }

  /// Samples whose acknowledgement is waited for.
  int awaited() {
    return records.size();
  }

  private void settle() {
    while (!unstored.isEmpty() && unstored.getFirst().toStore == 0) {
      unstored.removeFirst().marks.forEach((device, mark) -> raise(stored, device, mark));
    }
    while (!undelivered.isEmpty() && undelivered.getFirst().toDeliver == 0) {
      undelivered.removeFirst().marks.forEach((device, mark) -> raise(delivered, device, mark));
    }
  }

  private void raise(Map<String, PollMark> marks, String device, PollMark mark) {
    @Nullable PollMark before = marks.get(device);
    if (before == null || mark.isAfter(before)) {
      marks.put(device, mark);
      news.add(device);
    }
  }

  private void tell() {
    if (news.isEmpty() || !lease.isValid()) {
      return;
    }
    List<Delivered.UpTo> devices = new ArrayList<>();
    for (String device : news) {
      devices.add(
          new Delivered.UpTo(
              device,
              Objects.requireNonNullElse(delivered.get(device), PollMark.NONE),
              Objects.requireNonNullElse(stored.get(device), PollMark.NONE)));
    }
    news.clear();
    bus.publish(Address.delivered(site), new Delivered(publication, lease.token(), devices));
  }
}
