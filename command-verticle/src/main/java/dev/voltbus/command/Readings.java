package dev.voltbus.command;

import dev.voltbus.contract.Bus;
import dev.voltbus.contract.Control.ValueRef;
import dev.voltbus.contract.DeviceFeed;
import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.LayoutBook;
import dev.voltbus.contract.Quality;
import dev.voltbus.contract.ReceivedSnapshot;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.TimeSource;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What the devices of a site's controllable batteries say at the moment.
final class Readings {
  private final LayoutBook book;
  private final DeviceFeed feed;
  private final Map<String, ReceivedSnapshot> newest = new HashMap<>();

  /// @param reader told of each snapshot
  Readings(
      Vertx vertx,
      Bus bus,
      Site site,
      TimeSource time,
      Collection<String> devices,
      Consumer<DeviceSnapshot> reader) {
    this.book = new LayoutBook(vertx, bus, site);
    this.feed =
        new DeviceFeed(
            bus,
            site.name(),
            List.copyOf(devices),
            time,
            book,
            received -> {
              newest.put(received.snapshot().device(), received);
              reader.accept(received.snapshot());
            });
  }

  Future<Void> start() {
    return feed.start();
  }

  Future<Void> stop() {
    book.close();
    return feed.stop();
  }

  /// A value that is good now, or NaN.
  double value(@Nullable ValueRef ref, long nowNanos) {
    @Nullable Found found = find(ref, nowNanos);
    return found == null ? Double.NaN : found.received.snapshot().value(found.index);
  }

  /// Monotonic time at which a value was read that is good now; empty if there is none.
  OptionalLong readNanos(@Nullable ValueRef ref, long nowNanos) {
    @Nullable Found found = find(ref, nowNanos);
    return found == null
        ? OptionalLong.empty()
        : OptionalLong.of(
            nowNanos
                - TimeUnit.MILLISECONDS.toNanos(found.received.ageMillis(found.index, nowNanos)));
  }

  private record Found(ReceivedSnapshot received, int index) {}

  private @Nullable Found find(@Nullable ValueRef ref, long nowNanos) {
    @Nullable ReceivedSnapshot received = ref == null ? null : newest.get(ref.device());
    if (ref == null || received == null) {
      return null;
    }
    int index = received.layout().indexOf(ref.key());
    return index >= 0 && received.quality(index, nowNanos) == Quality.GOOD
        ? new Found(received, index)
        : null;
  }

  /// Monotonic time at which a device last had a good value; empty if it never had.
  OptionalLong heardNanos(String device, long nowNanos) {
    @Nullable ReceivedSnapshot received = newest.get(device);
    if (received == null) {
      return OptionalLong.empty();
    }
    long youngest = Long.MAX_VALUE;
    for (int i = 0; i < received.layout().size(); i++) {
      if (received.snapshot().quality(i) == Quality.GOOD) {
        youngest = Math.min(youngest, received.ageMillis(i, nowNanos));
      }
    }
    return youngest == Long.MAX_VALUE
        ? OptionalLong.empty()
        : OptionalLong.of(nowNanos - TimeUnit.MILLISECONDS.toNanos(youngest));
  }
}
