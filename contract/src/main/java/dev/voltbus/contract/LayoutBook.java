package dev.voltbus.contract;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The layouts a role knows. It begins with those of the site file; a layout of another node's
/// newer file is asked for once, again after a pause as long as nobody answers.
public final class LayoutBook {
  private static final Logger LOG = LoggerFactory.getLogger(LayoutBook.class);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(1);
  private static final long PAUSE_MILLIS = 500;

  private final Vertx vertx;
  private final Bus bus;
  private final String site;
  private final Map<Long, SnapshotLayout> layouts = new HashMap<>();
  private final Set<String> asking = new HashSet<>();
  private final List<Consumer<String>> readers = new ArrayList<>();
  private boolean isClosed;

  public LayoutBook(Vertx vertx, Bus bus, Site site) {
    this.vertx = vertx;
    this.bus = bus;
    this.site = site.name();
    for (Device device : site.devices()) {
      add(SnapshotLayout.of(device.map()));
    }
  }

  @Nullable SnapshotLayout find(long id) {
    return layouts.get(id);
  }

  /// Tells of each device whose layout came in.
  void onArrival(Consumer<String> reader) {
    readers.add(reader);
  }

  void forget(Consumer<String> reader) {
    readers.remove(reader);
  }

  /// Asks the owner of a device's mapping, unless that is going on already.
  void ask(String device) {
    if (!isClosed && asking.add(device)) {
      LOG.debug("device={} layout asked for", device);
      request(device);
    }
  }

  /// Stops asking.
  public void close() {
    isClosed = true;
  }

  private void request(String device) {
    bus.request(RequestAddress.layout(site, device), new LayoutRequest(device), ANSWER_LIMIT)
        .onSuccess(reply -> arrived(device, reply))
        .onFailure(failure -> again(device));
  }

  private void again(String device) {
    vertx.setTimer(
        PAUSE_MILLIS,
        id -> {
          if (!isClosed) {
            request(device);
          }
        });
  }

  private void arrived(String device, LayoutReply reply) {
    asking.remove(device);
    add(SnapshotLayout.of(reply.map()));
    List.copyOf(readers).forEach(reader -> reader.accept(device));
  }

  private void add(SnapshotLayout layout) {
    layouts.putIfAbsent(layout.id(), layout);
  }
}
