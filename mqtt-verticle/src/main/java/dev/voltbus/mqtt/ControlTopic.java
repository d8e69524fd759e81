package dev.voltbus.mqtt;

import dev.voltbus.contract.ControlState.Battery;
import dev.voltbus.contract.Limits;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The control of a publication's first device as a retained JSON object: with each change, and
/// while a limit runs now and then with the time that is left.
final class ControlTopic {
  /// A retained topic is kept calm.
  static final Duration CALM = Duration.ofSeconds(5);

  private static final int DECIMALS = 3;
  private static final int MILLIS = 1000;

  private final Topic topic;
  private final JsonText out = new JsonText();
  private @Nullable Battery shown;
  private long heardNanos;
  private long sentNanos;
  private long sentSeconds;
  private boolean isOwed;

  ControlTopic(String name) {
    this.topic = new Topic(name, 1, true);
  }

  /// A state that was heard.
  void accept(Battery battery, long nanos, Outlet outlet) {
    @Nullable Battery before = shown;
    shown = battery;
    heardNanos = nanos;
    isOwed |= before == null || !before.withoutTime().equals(battery.withoutTime());
    tick(nanos, outlet);
  }

  /// After a new connection.
  void online(long nanos, Outlet outlet) {
    isOwed = true;
    tick(nanos, outlet);
  }

  /// To be called once a second or more often.
  void tick(long nanos, Outlet outlet) {
    @Nullable Battery battery = shown;
    if (battery == null) {
      return;
    }
    long seconds = seconds(battery, nanos);
    boolean isCalm = nanos - sentNanos >= CALM.toNanos();
    if (isOwed || (seconds != sentSeconds && (seconds == 0 || isCalm))) {
      write(battery, seconds);
      isOwed = !outlet.offer(topic, out.toBuffer());
      sentNanos = nanos;
      sentSeconds = seconds;
    }
  }

  /// Whole seconds until the end of the limit; 0 only when it is there.
  private long seconds(Battery battery, long nanos) {
    long left = battery.remainingMillis() - TimeUnit.NANOSECONDS.toMillis(nanos - heardNanos);
    return battery.expiresAt() == 0 ? 0 : (Math.max(0, left) + MILLIS - 1) / MILLIS;
  }

  private void write(Battery battery, long seconds) {
    out.reset();
    out.raw('{');
    out.string("mode");
    out.raw(':');
    out.string(battery.mode().name().toLowerCase(Locale.ROOT));
    pausedBy(battery);
    limits("", battery.effective());
    limits("requested_", battery.requested());
    name("expires_at");
    if (battery.expiresAt() == 0) {
      out.bare("null");
    } else {
      out.string(Instant.ofEpochMilli(battery.expiresAt()).toString());
    }
    name("remaining_s");
    out.integer(seconds);
    flag("settled", battery.isSettled());
    flag("in_contact", battery.isInContact());
    out.raw('}');
  }

  private void pausedBy(Battery battery) {
    name("paused_by");
    out.raw('[');
    if (battery.isPausedByPerson()) {
      out.string("person");
    }
    if (battery.isPausedByItself()) {
      if (battery.isPausedByPerson()) {
        out.raw(',');
      }
      out.string("gateway");
    }
    out.raw(']');
  }

  private void limits(String prefix, Limits limits) {
    limit(prefix + "max_charge", limits.charge());
    limit(prefix + "max_discharge", limits.discharge());
  }

  private void limit(String name, @Nullable Double limit) {
    name(name);
    if (limit == null) {
      out.bare("null");
    } else {
      out.atMost(limit, DECIMALS);
    }
  }

  private void flag(String name, boolean isSo) {
    name(name);
    out.bare(Boolean.toString(isSo));
  }

  private void name(String name) {
    out.raw(',');
    out.string(name);
    out.raw(':');
  }
}
