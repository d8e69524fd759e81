package dev.voltbus.mqtt;

import dev.voltbus.contract.CommandRequest.Until;
import dev.voltbus.contract.ControlState;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The newest control state of a site, and when it was heard.
final class HeardControl {
  private @Nullable ControlState newest;
  private long heardNanos;

  /// Takes a state unless it comes from a former owner, or late.
  ///
  /// @return whether it was taken
  boolean accept(ControlState state, long nanos) {
    @Nullable ControlState before = newest;
    if (before != null && isOlder(state, before)) {
      return false;
    }
    newest = state;
    heardNanos = nanos;
    return true;
  }

  private static boolean isOlder(ControlState state, ControlState before) {
    return state.token() == before.token()
        ? state.revision() < before.revision()
        : state.token() < before.token();
  }

  Optional<ControlState.Battery> battery(String device) {
    return newest == null ? Optional.empty() : newest.battery(device);
  }

  /// The end of a command, also by the owner's clock where that was heard.
  Until until(int remainingMillis, long nanos) {
    @Nullable ControlState heard = newest;
    return heard == null
        ? Until.in(remainingMillis)
        : Until.in(remainingMillis, heard, TimeUnit.NANOSECONDS.toMillis(nanos - heardNanos));
  }
}
