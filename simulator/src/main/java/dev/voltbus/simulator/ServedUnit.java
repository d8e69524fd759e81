package dev.voltbus.simulator;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One unit id of a server: its device, the faults that hold, and what has come for it.
final class ServedUnit {
  private static final long NEVER = Long.MIN_VALUE;

  private final @Nullable SimulatedDevice device;
  private final AtomicLong requests = new AtomicLong();
  private final AtomicLong struck = new AtomicLong();
  private volatile List<Armed> quirks = List.of();
  private volatile List<Armed> faults = List.of();
  private volatile long requestAt = NEVER;
  private long quietAt = NEVER;
  private int busyShare;

  /// @param device null where nobody has this unit id
  ServedUnit(@Nullable SimulatedDevice device) {
    this.device = device;
  }

  @Nullable SimulatedDevice device() {
    return device;
  }

  /// Requests so far, with those that were refused or spoilt.
  long requests() {
    return requests.get();
  }

  /// Requests that met a fault that was armed.
  long struck() {
    return struck.get();
  }

  /// Faults that belong to the device and stay.
  void quirks(List<Fault> own) {
    quirks = own.stream().map(Armed::new).toList();
  }

  /// Arms these faults in place of those before.
  void arm(Fault... wanted) {
    faults =
        Arrays.stream(wanted)
            .filter(fault -> !(fault instanceof Fault.None))
            .map(Armed::new)
            .toList();
    if (Arrays.stream(wanted).anyMatch(fault -> fault instanceof Fault.Sleep)) {
      requestAt = NEVER;
    }
  }

  /// Takes away a fault that strikes only once.
  void disarm(Fault done) {
    faults = faults.stream().filter(armed -> !innermost(armed.fault()).equals(done)).toList();
  }

  private static Fault innermost(Fault fault) {
    return fault instanceof Fault.When when ? innermost(when.fault()) : fault;
  }

  List<Fault> armed() {
    return faults.stream().map(Armed::fault).toList();
  }

  /// The rule about connections, if one holds.
  Fault.@Nullable SingleConnection singleConnection() {
    return Stream.concat(faults.stream(), quirks.stream())
        .map(Armed::fault)
        .filter(fault -> fault instanceof Fault.SingleConnection)
        .map(fault -> (Fault.SingleConnection) fault)
        .findFirst()
        .orElse(null);
  }

  /// Counts a request and tells which faults strike it: the quirks, then those that are armed.
  List<Fault> struckBy(Asked asked) {
    requests.incrementAndGet();
    List<Fault> hits = new ArrayList<>();
    collect(quirks, asked, hits);
    int own = hits.size();
    collect(faults, asked, hits);
    if (hits.size() > own) {
      struck.incrementAndGet();
    }
    return hits;
  }

  private static void collect(List<Armed> from, Asked asked, List<Fault> hits) {
    for (Armed armed : from) {
      @Nullable Fault hit = armed.struckBy(asked);
      if (hit != null) {
        hits.add(hit);
      }
    }
  }

  /// A request has come, an answer has gone, or a request has been dealt with without an answer.
  ///
  /// @param now monotonic time in ns
  void busyAt(long now) {
    quietAt = now;
  }

  void requestAt(long now) {
    requestAt = now;
  }

  /// Whether less time has passed since the last request.
  boolean isSoonerThan(Duration gap, long now) {
    return requestAt != NEVER && now - requestAt < gap.toNanos();
  }

  /// Whether less time has passed since the last answer, or request without one.
  boolean isQuietForLessThan(Duration gap, long now) {
    return quietAt != NEVER && now - quietAt < gap.toNanos();
  }

  boolean isAsleep(Duration after, long now) {
    return requestAt == NEVER || now - requestAt >= after.toNanos();
  }

  /// Whether it is this request's turn to be refused, when that share of them is.
  boolean isBusyTurn(int percent) {
    busyShare += percent;
    if (busyShare < 100) {
      return false;
    }
    busyShare -= 100;
    return true;
  }

  void restart() {
    requestAt = NEVER;
    quietAt = NEVER;
    if (device != null) {
      device.restart();
    }
  }
}
