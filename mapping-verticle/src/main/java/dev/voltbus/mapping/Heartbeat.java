package dev.voltbus.mapping;

import java.time.Duration;

/// Whether the value of a register that never stands still does: then the device, or a gateway that
/// answers in its place, repeats what it once knew (pains of comparable products, A7).
final class Heartbeat {
  private final int index;
  private final int group;
  private final long withinNanos;
  private boolean any;
  private long raw;
  private long movedNanos;

  /// @param index of the register in the layout
  /// @param group its poll group
  Heartbeat(int index, int group, Duration within) {
    this.index = index;
    this.group = group;
    this.withinNanos = within.toNanos();
  }

  int index() {
    return index;
  }

  int group() {
    return group;
  }

  /// Takes in the newest reading.
  void read(long newest, long nanos) {
    if (!any || newest != raw) {
      any = true;
      raw = newest;
      movedNanos = nanos;
    }
  }

  /// For how long the device counts as frozen; 0 or less while it does not.
  long frozenNanos(long now) {
    return any ? now - movedNanos - withinNanos : 0;
  }
}
