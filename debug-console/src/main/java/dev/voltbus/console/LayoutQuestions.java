package dev.voltbus.console;

import dev.voltbus.contract.Bus;
import dev.voltbus.contract.LayoutReply;
import dev.voltbus.contract.LayoutRequest;
import dev.voltbus.contract.RequestAddress;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks the owner of a device's mapping for a layout the console does not know: one question at a
/// time for each device, again after a pause while nobody knows it.
final class LayoutQuestions {
  private static final Logger LOG = LoggerFactory.getLogger(LayoutQuestions.class);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(1);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Vertx vertx;
  private final Bus bus;
  private final String site;
  private final Set<String> asking = new HashSet<>();
  private boolean closed;

  LayoutQuestions(Vertx vertx, Bus bus, String site) {
    this.vertx = vertx;
    this.bus = bus;
    this.site = site;
  }

  /// Asks until the device's waiting snapshot can be read. Does nothing while that is under way.
  void ask(DeviceView device) {
    if (asking.add(device.name())) {
      LOG.info("device={} snapshot with an unknown layout, asking for it", device.name());
      request(device);
    }
  }

  void close() {
    closed = true;
  }

  private void request(DeviceView device) {
    bus.request(
            RequestAddress.layout(site, device.name()),
            new LayoutRequest(device.name()),
            ANSWER_LIMIT)
        .onSuccess(reply -> learn(device, reply))
        .onFailure(nobody -> askAgain(device));
  }

  private void learn(DeviceView device, LayoutReply reply) {
    device.learn(reply.map());
    if (device.waitsForLayout()) {
      askAgain(device);
    } else {
      asking.remove(device.name());
      LOG.info("device={} layout known: {}", device.name(), reply.map().model());
    }
  }

  private void askAgain(DeviceView device) {
    if (closed) {
      return;
    }
    vertx.setTimer(PAUSE.toMillis(), id -> requestIfStillWanted(device));
  }

  private void requestIfStillWanted(DeviceView device) {
    if (device.waitsForLayout()) {
      request(device);
    } else {
      asking.remove(device.name());
    }
  }
}
