package dev.voltbus.contract;

import io.vertx.core.Future;
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
  private final Consumer<String> layoutArrived = this::retry;
  private final Map<String, DeviceSnapshot> newest = new HashMap<>();
  private final Map<String, Waiting> waiting = new HashMap<>();
  private Bus.@Nullable Subscription subscription;

  private record Waiting(DeviceSnapshot snapshot, long arrivedNanos) {}

  public DeviceFeed(
      Bus bus,
      String site,
      List<String> devices,
      TimeSource time,
      LayoutBook book,
      Consumer<ReceivedSnapshot> reader) {
    this.bus = bus;
    this.site = site;
    this.devices = new HashSet<>(devices);
    this.time = time;
    this.book = book;
    this.reader = reader;
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
    @Nullable DeviceSnapshot last = newest.get(snapshot.device());
    if (last != null && isOlder(snapshot, last)) {
      LOG.debug("device={} old snapshot dropped: {}", snapshot.device(), snapshot);
      return;
    }
    newest.put(snapshot.device(), snapshot);
    hand(snapshot, time.monotonicNanos());
  }

  /// A lower token comes from an owner that lost its lease; a lower sequence arrived late.
  private static boolean isOlder(DeviceSnapshot snapshot, DeviceSnapshot last) {
    if (snapshot.token() != last.token()) {
      return snapshot.token() < last.token();
    }
    return snapshot.epoch() != last.epoch()
        ? snapshot.epoch() < last.epoch()
        : snapshot.sequence() < last.sequence();
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
    @Nullable Waiting held = waiting.get(device);
    if (held != null && book.find(held.snapshot.layoutId()) != null) {
      hand(held.snapshot, held.arrivedNanos);
    }
  }
}
