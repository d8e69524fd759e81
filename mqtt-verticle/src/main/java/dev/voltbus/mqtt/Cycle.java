package dev.voltbus.mqtt;

import dev.voltbus.contract.TimeSource;
import io.vertx.core.Vertx;
import java.time.Duration;

/// Does something again and again at the moments of a fixed grid, until it is stopped.
final class Cycle {
  private final Vertx vertx;
  private final TimeSource time;
  private final IntervalGrid grid;
  private final Runnable action;
  private long timer = -1;

  private Cycle(Vertx vertx, TimeSource time, IntervalGrid grid, Runnable action) {
    this.vertx = vertx;
    this.time = time;
    this.grid = grid;
    this.action = action;
  }

  /// Starts a cycle; the first action comes after the first interval.
  static Cycle start(Vertx vertx, TimeSource time, Duration interval, Runnable action) {
    Cycle cycle =
        new Cycle(vertx, time, IntervalGrid.from(time.monotonicNanos(), interval), action);
    cycle.wind();
    return cycle;
  }

  private void wind() {
    timer = vertx.setTimer(grid.millisToNext(time.monotonicNanos()), id -> tick());
  }

  private void tick() {
    wind();
    action.run();
  }

  void stop() {
    vertx.cancelTimer(timer);
  }
}
