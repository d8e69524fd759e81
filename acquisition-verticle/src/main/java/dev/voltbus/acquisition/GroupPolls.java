package dev.voltbus.acquisition;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.PollGroup;

/// One poll group of one device: its read plan and its place in time.
final class GroupPolls {
  private final Device device;
  private final PollGroup group;
  private final ReadPlan plan;
  private final DeviceWatch watch;
  private long epoch;
  private long dueNanos;
  private boolean waiting;

  GroupPolls(Device device, PollGroup group, DeviceWatch watch) {
    this.device = device;
    this.group = group;
    this.plan = ReadPlan.of(device.map(), group.name());
    this.watch = watch;
  }

  boolean isEmpty() {
    return plan.requests().isEmpty();
  }

  void begin(long newEpoch, long firstDueNanos) {
    epoch = newEpoch;
    dueNanos = firstDueNanos;
    waiting = false;
  }

  /// Moves to the next moment of the group's fixed grid that lies ahead.
  void advance(long now) {
    long period = group.period().toNanos();
    long behind = Math.max(0, now - dueNanos);
    dueNanos += (behind / period + 1) * period;
  }

  long dueNanos() {
    return dueNanos;
  }

  /// Whether a poll waits for the wire or is on it.
  boolean isWaiting() {
    return waiting;
  }

  void wait(boolean forTheWire) {
    waiting = forTheWire;
  }

  long epoch() {
    return epoch;
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
