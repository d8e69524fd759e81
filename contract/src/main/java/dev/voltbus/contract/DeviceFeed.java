package dev.voltbus.contract;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings in the snapshots of some devices together with their layouts. While a layout is unknown
/// the newest snapshot waits for it.
public final class DeviceFeed {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceFeed.class);

  private final Bus bus;
  private final String site;
  private final Set<String> devices;
  private final TimeSource time;
  private final LayoutBook book;
  private final Consumer<ReceivedSnapshot> reader;
  private final Metrics.Counter duplicates;
  private final Consumer<String> layoutArrived = this::retry;
  private final Map<String, DeviceSnapshot> newest = new HashMap<>();
  private final Map<String, Waiting> waiting = new HashMap<>();
  private Bus.@Nullable Subscription subscription;

  /// What arrives while what was kept is fetched; null at other times.
  private @Nullable List<Waiting> held;

  private Future<Integer> catching = Future.succeededFuture(0);

  private record Waiting(DeviceSnapshot snapshot, long arrivedNanos) {}

  /// Told how far a publication is with a device, before it gets what follows.
  public interface DeliveredListener {
    void delivered(String device, PollMark upTo);
  }

  public DeviceFeed(
      Bus bus,
      String site,
      List<String> devices,
      TimeSource time,
      LayoutBook book,
      Consumer<ReceivedSnapshot> reader) {
    this(bus, site, devices, time, book, reader, amount -> {});
  }

  /// @param duplicates counts snapshots dropped because they, or newer ones, were there already
  public DeviceFeed(
      Bus bus,
      String site,
      List<String> devices,
      TimeSource time,
      LayoutBook book,
      Consumer<ReceivedSnapshot> reader,
      Metrics.Counter duplicates) {
    this.bus = bus;
    this.site = site;
    this.devices = new HashSet<>(devices);
    this.time = time;
    this.book = book;
    this.reader = reader;
    this.duplicates = duplicates;
  }

  /// Begins to listen; completes when every node knows.
  public Future<Void> start() {
    book.onArrival(layoutArrived);
    Bus.Subscription fresh = bus.subscribe(Address.snapshots(site), this::accept);
    subscription = fresh;
    return fresh.ready();
  }

  public Future<Void> stop() {
    book.forget(layoutArrived);
    Bus.@Nullable Subscription last = subscription;
    subscription = null;
    return last == null ? Future.succeededFuture() : last.cancel();
  }

  private void accept(DeviceSnapshot snapshot) {
    if (subscription == null || !devices.contains(snapshot.device())) {
      return;
    }
    Waiting arrived = new Waiting(snapshot, time.monotonicNanos());
    if (held == null) {
      take(arrived);
    } else {
      held.add(arrived);
    }
  }

  /// A lower token comes from an owner that lost its lease; a lower sequence arrived late, the same
  /// one twice.
  private void take(Waiting arrived) {
    DeviceSnapshot snapshot = arrived.snapshot;
    @Nullable DeviceSnapshot last = newest.get(snapshot.device());
    if (last != null && !PollMark.of(snapshot).isAfter(PollMark.of(last))) {
      duplicates.increment();
      LOG.debug("device={} old snapshot dropped: {}", snapshot.device(), snapshot);
      return;
    }
    newest.put(snapshot.device(), snapshot);
    hand(snapshot, arrived.arrivedNanos);
  }

  /// Brings in what the mapping has kept for a publication, the oldest first, before what arrives
  /// meanwhile. What is there already comes again, unless the publication has delivered it.
  ///
  /// @param told how far the publication is
  /// @return completes when all is handed over, with how many were; also if nobody answers
  public Future<Integer> catchUp(String publication, DeliveredListener told) {
    if (held == null) {
      held = new ArrayList<>();
      catching = fetch(publication, told);
    }
    return catching;
  }

  private Future<Integer> fetch(String publication, DeliveredListener told) {
    List<Future<KeptReply>> replies =
        devices.stream().map(device -> ask(publication, device)).toList();
    return Future.join(replies)
        .map(all -> {
          List<KeptReply> kept = replies.stream().map(Future::result).toList();
          int handed = subscription == null ? 0 : merge(kept, told);
          goOn();
          return handed;
        });
  }

  private Future<KeptReply> ask(String publication, String device) {
    return Ledger.ask(
        bus,
        RequestAddress.keptSnapshots(site, device),
        new KeptRequest(device, publication, PollMark.NONE));
  }

  private int merge(List<KeptReply> replies, DeliveredListener told) {
    List<DeviceSnapshot> kept = new ArrayList<>();
    for (KeptReply reply : replies) {
      told.delivered(reply.device(), reply.delivered());
      newest.remove(reply.device());
      reply.messages().stream()
          .filter(DeviceSnapshot.class::isInstance)
          .map(DeviceSnapshot.class::cast)
          .forEach(kept::add);
    }
    kept.sort(Comparator.comparingInt(DeviceSnapshot::keptMillis).reversed());
    long now = time.monotonicNanos();
    kept.forEach(snapshot -> take(new Waiting(snapshot, now)));
    return kept.size();
  }

  private void goOn() {
    @Nullable List<Waiting> arrived = held;
    held = null;
    if (arrived != null && subscription != null) {
      arrived.forEach(this::take);
    }
  }

  private void hand(DeviceSnapshot snapshot, long arrivedNanos) {
    @Nullable SnapshotLayout layout = book.find(snapshot.layoutId());
    if (layout == null) {
      waiting.put(snapshot.device(), new Waiting(snapshot, arrivedNanos));
      book.ask(snapshot.device());
    } else {
      waiting.remove(snapshot.device());
      deliver(snapshot, layout, arrivedNanos);
    }
  }

  private void deliver(DeviceSnapshot snapshot, SnapshotLayout layout, long arrivedNanos) {
    ReceivedSnapshot received;
    try {
      received = new ReceivedSnapshot(snapshot, layout, arrivedNanos);
    } catch (IllegalArgumentException unfit) {
      LOG.warn("device={} snapshot dropped: {}", snapshot.device(), unfit.getMessage());
      return;
    }
    reader.accept(received);
  }

  /// If the layout that came is another one, the next snapshot asks again.
  private void retry(String device) {
    @Nullable Waiting unread = waiting.get(device);
    if (unread != null && book.find(unread.snapshot.layoutId()) != null) {
      hand(unread.snapshot, unread.arrivedNanos);
    }
  }
}
