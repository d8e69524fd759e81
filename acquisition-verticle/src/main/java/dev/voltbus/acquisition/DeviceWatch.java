package dev.voltbus.acquisition;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.QualityReason;
import dev.voltbus.contract.RegisterBlock;
import dev.voltbus.contract.RegisterTable;
import dev.voltbus.contract.Wiring;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Follows how a device does and says so when that changes: log, health, counters.
final class DeviceWatch {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceWatch.class);

  private enum State {
    UNTRIED,
    ANSWERING,
    SILENT
  }

  private record Place(RegisterTable table, int address, int count) {}

  private final Device device;
  private final String part;
  private final Wiring wiring;
  private final UnitWatch unit;
  private final Metrics.Counter answered;
  private final Metrics.Counter failed;
  private final Metrics.Counter missed;
  private final Set<Place> refused = new HashSet<>();
  private State state = State.UNTRIED;
  private boolean silenceLogged;
  private long silentSinceNanos;
  private long sequence;

  DeviceWatch(String site, Device device, Wiring wiring) {
    this.device = device;
    this.part = "device " + device.name();
    this.wiring = wiring;
    String[] labels = {"site", site, "link", device.link(), "device", device.name()};
    Metrics metrics = wiring.metrics();
    this.unit = new UnitWatch(site, device, metrics);
    this.answered =
        metrics.counter("voltbus_polls_total", "Polls with at least one answer", labels);
    this.failed = metrics.counter("voltbus_polls_failed_total", "Polls without any answer", labels);
    this.missed =
        metrics.counter(
            "voltbus_polls_missed_total",
            "Polls left out because the one before still ran or the process was busy",
            labels);
  }

  /// Starts anew for a link session, and the sequence with it.
  void begin() {
    state = State.UNTRIED;
    silenceLogged = false;
    refused.clear();
    sequence = 0;
  }

  Device device() {
    return device;
  }

  /// Who follows single requests.
  UnitWatch unit() {
    return unit;
  }

  long nextSequence() {
    return ++sequence;
  }

  void missed(long polls) {
    if (polls > 0) {
      missed.add(polls);
    }
  }

  /// @param timed what one poll brought, at least one
  /// @param standing how the unit stands after it
  void polled(List<TimedBlock> timed, Standing standing) {
    List<RegisterBlock> blocks = timed.stream().map(TimedBlock::block).toList();
    blocks.forEach(this::watchRefusal);
    if (blocks.stream().anyMatch(DeviceWatch::isAnswer)) {
      answered();
    } else {
      silent(blocks.getFirst(), standing);
    }
  }

  /// A refusal is an answer too.
  private static boolean isAnswer(RegisterBlock block) {
    return block.isRead()
        || block.reason() == QualityReason.REFUSED
        || block.reason() == QualityReason.BUSY;
  }

  private void watchRefusal(RegisterBlock block) {
    Place place = new Place(block.table(), block.address(), block.count());
    if (block.reason() == QualityReason.REFUSED) {
      if (refused.add(place)) {
        LOG.warn("device={} {}", device.name(), block.failure());
      }
    } else if (block.isRead() && refused.remove(place)) {
      LOG.info(
          "device={} {} {} is read again", device.name(), block.table().word(), block.address());
    }
  }

  private void answered() {
    answered.increment();
    if (state == State.ANSWERING) {
      return;
    }
    if (silenceLogged) {
      long seconds =
          TimeUnit.NANOSECONDS.toSeconds(wiring.time().monotonicNanos() - silentSinceNanos);
      LOG.info("device={} answers again after {} s", device.name(), seconds);
    }
    state = State.ANSWERING;
    silenceLogged = false;
    wiring.health().up(part);
  }

  /// That the link is down has been said once for all devices behind it. A unit that missed a cycle
  /// or two is not lost yet; its values grow old all the same.
  private void silent(RegisterBlock first, Standing standing) {
    failed.increment();
    if (!standing.isLost(wiring.time().monotonicNanos(), device.options())) {
      return;
    }
    boolean ownFault = first.reason() != QualityReason.NO_CONNECTION;
    if (state != State.SILENT) {
      state = State.SILENT;
      silentSinceNanos = wiring.time().monotonicNanos();
      wiring.health().down(part, first.failure());
    }
    if (ownFault && !silenceLogged) {
      silenceLogged = true;
      LOG.warn("device={} does not answer: {}", device.name(), first.failure());
      wiring.health().down(part, first.failure());
    }
  }

  void end() {
    wiring.health().gone(part);
  }
}
