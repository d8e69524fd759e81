package dev.voltbus.mqtt;

import dev.voltbus.contract.CommandResult;
import dev.voltbus.contract.ControlState.Battery;
import dev.voltbus.contract.ControlState.Mode;
import dev.voltbus.contract.Limits;
import dev.voltbus.mqtt.EventBook.Severity;
import org.jspecify.annotations.Nullable;

/// Notes as events what changes in the control of a publication's first device. A state that is
/// heard again changes nothing.
final class ControlEvents {
  private static final String NOT_FOLLOWED = "LIMIT_NOT_FOLLOWED";

  /// The same end may be a little elsewhere where a clock was set.
  private static final long SAME_END_MILLIS = 1_000;

  private final String device;
  private final EventBook book;
  private @Nullable Battery last;
  private boolean isContactMissed;

  ControlEvents(String device, EventBook book) {
    this.device = device;
    this.book = book;
  }

  /// Somebody controls the battery, who was not heard yet.
  void awaited() {
    book.pause().awaited();
  }

  /// A state that was heard.
  void accept(Battery now) {
    book.pause().accept(now);
    @Nullable Battery before = last;
    last = now;
    pause(before != null && isPaused(before), now);
    limits(before, now);
    stop(before == null ? Mode.RUNNING : before.mode(), now.mode());
    contact(before == null || before.isInContact() == now.isInContact(), now);
  }

  private static boolean isPaused(Battery battery) {
    return battery.isPausedByPerson() || battery.isPausedByItself();
  }

  private void pause(boolean wasPaused, Battery now) {
    if (isPaused(now) && !wasPaused) {
      String who = now.isPausedByPerson() ? "a person" : "the gateway itself";
      book.happened(
          "PAUSE_BEGIN", Severity.WARNING, "device " + device + " paused by " + who, "PAUSE_END");
    } else if (wasPaused && !isPaused(now)) {
      book.happened(
          "PAUSE_END",
          Severity.INFO,
          "device " + device + " is not paused any more",
          "PAUSE_BEGIN");
    }
  }

  private void limits(@Nullable Battery before, Battery now) {
    boolean had = before != null && before.expiresAt() != 0;
    if (now.expiresAt() != 0 && (before == null || !isSameLimit(before, now))) {
      book.happened("LIMITS_SET", Severity.INFO, limited(now.requested()), "LIMITS_EXPIRED");
    } else if (had && now.expiresAt() == 0) {
      book.happened(
          "LIMITS_EXPIRED",
          Severity.INFO,
          "device " + device + ": the limits are over",
          "LIMITS_SET");
    }
  }

  private static boolean isSameLimit(Battery before, Battery now) {
    return before.requested().equals(now.requested())
        && Math.abs(before.expiresAt() - now.expiresAt()) <= SAME_END_MILLIS;
  }

  private String limited(Limits limits) {
    return "device "
        + device
        + " limited to "
        + amperes(limits.charge())
        + " charge, "
        + amperes(limits.discharge())
        + " discharge";
  }

  private static String amperes(@Nullable Double limit) {
    return limit == null ? "base" : limit + " A";
  }

  private void stop(Mode before, Mode now) {
    if (before == now) {
      return;
    }
    boolean wasStopped = before == Mode.STOPPING || before == Mode.STOPPED;
    if (now == Mode.STOPPING) {
      book.happened(
          "STOP_BEGIN", Severity.WARNING, "device " + device + " comes to rest", "STOP_END");
    } else if (now == Mode.STOPPED) {
      book.over("STOP_END");
      book.happened(
          "STOPPED", Severity.WARNING, "device " + device + ": no telemetry", "STOP_BEGIN");
    } else if (wasStopped) {
      book.over("STOP_BEGIN");
      book.happened(
          "STOP_END", Severity.INFO, "device " + device + " is not stopped any more", "STOPPED");
    }
  }

  /// A device that was not heard since the start is missed already (`DeviceWatch`).
  private void contact(boolean isSame, Battery now) {
    if (isSame) {
      return;
    }
    if (!now.isInContact()) {
      isContactMissed = true;
      book.happened(
          "CONTACT_LOST",
          Severity.ERROR,
          "device " + device + " is not heard: its safe limits follow when it is",
          "CONTACT_BACK");
    } else if (isContactMissed) {
      isContactMissed = false;
      book.happened(
          "CONTACT_BACK", Severity.INFO, "device " + device + " is heard again", "CONTACT_LOST");
    }
  }

  /// What became of a command for the device, whoever sent it.
  void accept(CommandResult result) {
    if (!result.about().device().equals(device)) {
      return;
    }
    book.pause().accept(result);
    switch (result.status()) {
      case NOT_FOLLOWED ->
          book.happened(
              NOT_FOLLOWED, Severity.WARNING, "device " + device + ": " + result.reason(), null);
      case FOLLOWED, EXPIRED, REPLACED -> book.over(NOT_FOLLOWED);
      case UNKNOWN, REFUSED, ACCEPTED, WRITTEN, VERIFIED, FAILED -> {}
    }
  }

  /// Values went out without word of the control.
  void unheard(String text) {
    book.happened("CONTROL_NOT_HEARD", Severity.WARNING, text, null);
  }

  /// The control was heard.
  void heard() {
    book.over("CONTROL_NOT_HEARD");
  }
}
