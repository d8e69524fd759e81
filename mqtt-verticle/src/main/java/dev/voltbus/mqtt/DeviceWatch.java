package dev.voltbus.mqtt;

import dev.voltbus.contract.ReceivedSnapshot;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Notes as events when a publication's devices are heard, and when they are not any more.
final class DeviceWatch {
  /// How long a device may stay silent from the start on.
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private final List<String> devices;
  private final EventBook book;
  private final long beganNanos;
  private final Map<String, Boolean> heard = new HashMap<>();

  DeviceWatch(List<String> devices, EventBook book, Moment begun) {
    this.devices = devices;
    this.book = book;
    this.beganNanos = begun.nanos();
  }

  /// @param snapshots the newest of each device
  void look(Map<String, ReceivedSnapshot> snapshots, Moment now) {
    for (int i = 0; i < devices.size(); i++) {
      String device = devices.get(i);
      boolean isHeard = isHeard(snapshots.get(device), now);
      if (isHeard || heard.containsKey(device) || isPatienceOver(now)) {
        note(i, device, isHeard);
      }
    }
  }

  private boolean isPatienceOver(Moment now) {
    return now.nanos() - beganNanos >= PATIENCE.toNanos();
  }

  private void note(int battery, String device, boolean isHeard) {
    @Nullable Boolean before = heard.put(device, isHeard);
    if (before != null && before == isHeard) {
      return;
    }
    String prefix = battery == 0 ? "" : "BATTERY" + (battery + 1) + "_";
    String missing = prefix + "MODBUS_BATTERY_MISSING";
    if (isHeard) {
      book.happened(
          prefix + "MODBUS_BATTERY_DETECTED",
          EventBook.Severity.INFO,
          "device " + device + " is heard",
          missing);
    } else {
      book.happened(
          missing,
          EventBook.Severity.ERROR,
          "device " + device + " is not heard: none of its values is known",
          null);
    }
  }

  /// A device is heard while any of its values is true now.
  private static boolean isHeard(@Nullable ReceivedSnapshot received, Moment now) {
    return received != null
        && IntStream.range(0, received.layout().size())
            .anyMatch(index -> Showing.of(received, index, now.nanos()) == Showing.VALUE);
  }
}
