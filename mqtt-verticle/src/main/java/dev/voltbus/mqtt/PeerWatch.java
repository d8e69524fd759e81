package dev.voltbus.mqtt;

import java.time.Duration;

/// Decides when a broker that says nothing is dead (a cut cable gives no error). Every quarter of
/// the keep-alive it is asked; every second time a ping goes out; with no sign of life for 1.25
/// keep-alives the peer is dead. So a cut is found within 1.5 keep-alives, whatever is being sent.
final class PeerWatch {
  private static final int TICKS = 4;
  private static final int SILENT_TICKS = 5;

  /// What to do at a tick.
  enum Action {
    NOTHING,
    PING,
    DROP
  }

  private final long tickNanos;
  private long heardNanos;
  private long ticks;

  /// @param keepAlive above zero
  PeerWatch(Duration keepAlive, long nowNanos) {
    this.tickNanos = keepAlive.toNanos() / TICKS;
    this.heardNanos = nowNanos;
  }

  static long tickMillis(Duration keepAlive) {
    return keepAlive.toMillis() / TICKS;
  }

  void heard(long nowNanos) {
    heardNanos = nowNanos;
  }

  Action tick(long nowNanos) {
    if (nowNanos - heardNanos >= SILENT_TICKS * tickNanos) {
      return Action.DROP;
    }
    return ++ticks % 2 == 1 ? Action.PING : Action.NOTHING;
  }
}
