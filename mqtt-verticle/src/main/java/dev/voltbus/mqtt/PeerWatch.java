package dev.voltbus.mqtt;

import java.time.Duration;

/// Decides when a broker that says nothing is dead (a cut cable gives no error). It is looked at
/// eight times in a keep-alive; every fourth time a ping goes out; with no sign of life for 1.25
/// keep-alives the peer is dead. So a cut is found within 1.4 keep-alives, whatever is being sent;
/// 1.5 are promised.
final class PeerWatch {
  private static final int TICKS = 8;
  private static final int SILENT_TICKS = 10;
  private static final int TICKS_PER_PING = 4;

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
    return ++ticks % TICKS_PER_PING == 1 ? Action.PING : Action.NOTHING;
  }
}
