package dev.voltbus.acquisition;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.PollGroup;

/// One poll group of one device: its read plan and its place in time.
final class GroupPolls {
  private final Device device;
  private final PollGroup group;
  private final ReadPlan plan;
  private final DeviceWatch watch;
  private long dueNanos;
  private boolean waiting;
  private boolean unconnected;

  GroupPolls(PollGroup group, DeviceWatch watch) {
    this.device = watch.device();
    this.group = group;
    this.plan = ReadPlan.of(device.map(), group.name());
    this.watch = watch;
  }

  boolean isEmpty() {
    return plan.requests().isEmpty();
  }

  /// Sets the first moment of the fixed grid.
  void beginAt(long firstDueNanos) {
    dueNanos = firstDueNanos;
  }

  /// Moves to the next moment of the grid that lies ahead.
  ///
  /// @return how many moments were passed over
  long advance(long now) {
    long period = group.period().toNanos();
    long passed = Math.max(0, now - dueNanos) / period;
    dueNanos += (passed + 1) * period;
    return passed;
  }

  long dueNanos() {
    return dueNanos;
  }

  /// Whether a poll waits for the wire or is on it.
  boolean isWaiting() {
    return waiting;
  }

  void startWaiting() {
    waiting = true;
  }

  /// @param withoutConnection whether the poll failed for want of a connection
  void endWaiting(boolean withoutConnection) {
    waiting = false;
    unconnected = withoutConnection;
  }

  /// Whether the last poll failed for want of a connection and none has begun since.
  boolean isOwed() {
    return unconnected && !waiting;
  }

  Device device() {
    return device;
  }

  PollGroup group() {
    return group;
  }

  ReadPlan plan() {
    return plan;
  }

  DeviceWatch watch() {
    return watch;
  }
}
