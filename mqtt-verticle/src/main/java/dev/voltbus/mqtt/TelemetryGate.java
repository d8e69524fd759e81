package dev.voltbus.mqtt;

import dev.voltbus.contract.ControlState.Battery;
import dev.voltbus.contract.ControlState.Mode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Whether the values of a publication with commands may go out. They do not while its battery is
/// stopped, and after the start not before the battery has what is to be in force: a base that was
/// due while the gateway was away is written before the first value is seen.
final class TelemetryGate {
  /// How long the values wait for the control at most.
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private boolean isReleased;
  private boolean isStopped;
  private @Nullable Long connectedNanos;

  /// @param isControlled whether the battery has limits to set
  TelemetryGate(boolean isControlled) {
    this.isReleased = !isControlled;
  }

  boolean isOpen() {
    return isReleased && !isStopped;
  }

  boolean isStopped() {
    return isStopped;
  }

  /// A state that was heard.
  void accept(Battery battery) {
    isStopped = battery.mode() == Mode.STOPPED;
    isReleased |= isStopped || battery.isSettled() || !battery.isInContact();
  }

  /// The broker is there; patience counts from the first time.
  void connected(long nanos) {
    if (connectedNanos == null) {
      connectedNanos = nanos;
    }
  }

  /// Whether the values go on without word of the control; true once.
  boolean losesPatience(long nanos) {
    @Nullable Long since = connectedNanos;
    boolean isLost = !isReleased && since != null && nanos - since >= PATIENCE.toNanos();
    isReleased |= isLost;
    return isLost;
  }
}
