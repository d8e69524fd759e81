package dev.voltbus.mqtt;

import dev.voltbus.contract.TimeSource;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Tells when a login that ends by itself should be renewed: at 80 % of its life. It looks at the
/// monotonic clock, which nobody sets, and at the wall clock, whose steps move the end of a token.
final class LoginWatch {
  private static final long LOOK_MILLIS = 1_000;
  private static final int PERCENT = 80;

  private final Vertx vertx;
  private final TimeSource time;
  private final @Nullable Duration life;
  private final Consumer<String> onDue;
  private long ticking = -1;

  /// @param life how long a login is good for, or null if it has no end
  /// @param onDue told why, each time
  LoginWatch(Vertx vertx, TimeSource time, @Nullable Duration life, Consumer<String> onDue) {
    this.vertx = vertx;
    this.time = time;
    this.life = life;
    this.onDue = onDue;
  }

  /// A login was accepted.
  void begin() {
    end();
    @Nullable Duration whole = life;
    if (whole != null) {
      Duration part = whole.multipliedBy(PERCENT).dividedBy(100);
      long dueNanos = time.monotonicNanos() + part.toNanos();
      long dueMillis = time.wallMillis() + part.toMillis();
      ticking = vertx.setPeriodic(LOOK_MILLIS, id -> look(dueNanos, dueMillis, whole));
    }
  }

  private void look(long dueNanos, long dueMillis, Duration whole) {
    if (time.monotonicNanos() - dueNanos >= 0 || time.wallMillis() >= dueMillis) {
      end();
      onDue.accept("token is at " + PERCENT + " % of its " + whole.toSeconds() + " s");
    }
  }

  void end() {
    if (ticking >= 0) {
      vertx.cancelTimer(ticking);
      ticking = -1;
    }
  }
}
