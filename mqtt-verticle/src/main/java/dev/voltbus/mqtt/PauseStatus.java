package dev.voltbus.mqtt;

import dev.voltbus.contract.CommandResult;
import dev.voltbus.contract.CommandResult.Status;
import dev.voltbus.contract.ControlState.Battery;
import dev.voltbus.contract.ControlState.Mode;
import java.util.Set;

/// How far a pause of a battery is, in the words of contract battery-emulator (section 3): `PAUSED`
/// only when no current is measured any more.
final class PauseStatus {
  private static final Set<String> PAUSING_COMMANDS = Set.of("PAUSE", "STOP");

  private Word word = Word.RUNNING;

  private enum Word {
    UNKNOWN,
    RUNNING,
    PAUSING,
    PAUSED,
    RESUMING
  }

  /// A control is there, and was not heard yet.
  void awaited() {
    word = Word.UNKNOWN;
  }

  /// @param now a state that was heard
  void accept(Battery now) {
    boolean isSettled = now.isSettled() && now.isInContact();
    word =
        switch (word) {
          case UNKNOWN -> first(now, isSettled);
          case RUNNING -> isPaused(now) ? Word.PAUSING : Word.RUNNING;
          case PAUSING, PAUSED -> isPaused(now) ? word : running(isSettled);
          case RESUMING -> isPaused(now) ? Word.PAUSING : running(isSettled);
        };
  }

  /// Nobody tells again that the current of an older pause had ended. A base that is on its way at
  /// the start is no resume.
  private static Word first(Battery now, boolean isSettled) {
    if (!isPaused(now)) {
      return Word.RUNNING;
    }
    return isSettled ? Word.PAUSED : Word.PAUSING;
  }

  private static boolean isPaused(Battery battery) {
    return battery.mode() != Mode.RUNNING && battery.mode() != Mode.UNKNOWN;
  }

  private static Word running(boolean isSettled) {
    return isSettled ? Word.RUNNING : Word.RESUMING;
  }

  /// @param result what became of a command for the battery
  void accept(CommandResult result) {
    boolean isOfPause = PAUSING_COMMANDS.contains(result.about().command());
    if (isOfPause && result.status() == Status.FOLLOWED && word == Word.PAUSING) {
      word = Word.PAUSED;
    }
  }

  /// `RUNNING`, `PAUSING`, `PAUSED`, `RESUMING` or `UNKNOWN`.
  String text() {
    return word.name();
  }
}
