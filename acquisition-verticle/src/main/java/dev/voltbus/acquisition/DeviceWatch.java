package dev.voltbus.acquisition;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.DevicePoll;
import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.RegisterBlock;
import dev.voltbus.contract.Wiring;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Follows how a device does and says so when that changes: log, health, counters.
final class DeviceWatch {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceWatch.class);

  private final Device device;
  private final Wiring wiring;
  private final Metrics.Counter good;
  private final Metrics.Counter failed;
  private final Metrics.Counter missed;
  private final Set<Integer> refusedAddresses = new HashSet<>();
  private long sequence;
  private @Nullable Long silentSinceNanos;

  DeviceWatch(String site, Device device, Wiring wiring) {
    this.device = device;
    this.wiring = wiring;
    String[] labels = {"site", site, "link", device.link(), "device", device.name()};
    Metrics metrics = wiring.metrics();
    this.good = metrics.counter("voltbus_polls_total", "Polls with at least one answer", labels);
    this.failed = metrics.counter("voltbus_polls_failed_total", "Polls without any answer", labels);
    this.missed =
        metrics.counter(
            "voltbus_polls_missed_total", "Polls left out because the one before ran on", labels);
  }

  long nextSequence() {
    return ++sequence;
  }

  void missed() {
    missed.increment();
  }

  void polled(DevicePoll poll) {
    boolean answered = false;
    for (RegisterBlock block : poll.blocks()) {
      answered |= block.isRead() || block.reason() == QualityReason.REFUSED;
      watchRefusal(block);
    }
    if (answered) {
      answered();
    } else {
      silent(poll.blocks().getFirst().failure());
    }
  }

  private void watchRefusal(RegisterBlock block) {
    if (block.reason() == QualityReason.REFUSED) {
      if (refusedAddresses.add(block.address())) {
        LOG.warn("device={} {}", device.name(), block.failure());
      }
    } else if (block.isRead() && refusedAddresses.remove(block.address())) {
      LOG.info(
          "device={} {} {} is read again", device.name(), block.table().word(), block.address());
    }
  }

  private void answered() {
    good.increment();
    @Nullable Long since = silentSinceNanos;
    if (since != null) {
      long seconds = TimeUnit.NANOSECONDS.toSeconds(wiring.time().monotonicNanos() - since);
      LOG.info("device={} answers again after {} s", device.name(), seconds);
    }
    silentSinceNanos = null;
    wiring.health().up(part());
  }

  private void silent(String reason) {
    failed.increment();
    if (silentSinceNanos == null) {
      silentSinceNanos = wiring.time().monotonicNanos();
      LOG.warn("device={} does not answer: {}", device.name(), reason);
      wiring.health().down(part(), reason);
    }
  }

  void end() {
    silentSinceNanos = null;
    wiring.health().gone(part());
  }

  private String part() {
    return "device " + device.name();
  }
}
