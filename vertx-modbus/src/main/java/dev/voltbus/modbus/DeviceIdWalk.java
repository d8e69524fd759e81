package dev.voltbus.modbus;

import dev.voltbus.modbus.ModbusRequest.ReadDeviceId;
import io.vertx.core.Future;
import java.time.Duration;

/// Asks for one part of a device identification after the other and joins them. A device that names
/// the same or an earlier object as the next one would be asked for ever: the walk ends there with
/// what it has, as it does with a device that says `more` but sends nothing.
final class DeviceIdWalk {
  /// Asks for one part.
  @FunctionalInterface
  interface Source {
    Future<DeviceIdPart> read(ReadDeviceId request, Duration timeout);
  }

  private final Source source;
  private final long deadlineNanos;

  private DeviceIdWalk(Source source, Duration timeout) {
    this.source = source;
    this.deadlineNanos = System.nanoTime() + timeout.toNanos();
  }

  static Future<DeviceId> of(ReadDeviceId request, Duration timeout, Source source) {
    DeviceIdWalk walk = new DeviceIdWalk(source, timeout);
    return source.read(request, timeout).compose(first -> walk.goOn(request, first));
  }

  private Future<DeviceId> goOn(ReadDeviceId request, DeviceIdPart part) {
    if (!part.more() || part.next() <= request.object()) {
      return Future.succeededFuture(part.id());
    }
    ReadDeviceId next = new ReadDeviceId(request.unit(), request.category(), part.next());
    return source.read(next, left()).compose(following -> goOn(next, following.after(part.id())));
  }

  /// A request needs a time limit; one whose time is over fails with it.
  private Duration left() {
    Duration left = Duration.ofNanos(deadlineNanos - System.nanoTime());
    return left.compareTo(ModbusClientOptions.SHORTEST) > 0 ? left : ModbusClientOptions.SHORTEST;
  }
}
