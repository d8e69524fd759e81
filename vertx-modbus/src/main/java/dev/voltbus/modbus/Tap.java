package dev.voltbus.modbus;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The [WireTap] of a client, if it has one; without one nothing is copied. A tap that throws is
/// taken away: watching must not stop what is watched.
final class Tap {
  private final ModbusEndpoint endpoint;
  private @Nullable WireTap tap;

  Tap(ModbusEndpoint endpoint, @Nullable WireTap tap) {
    this.endpoint = endpoint;
    this.tap = tap;
  }

  void sent(byte[] frame) {
    tell(present -> present.sent(System.nanoTime(), frame.clone()));
  }

  /// Bytes that came to stand in `bytes` before `end`.
  void received(byte[] bytes, int count, int end) {
    tell(present ->
        present.received(System.nanoTime(), Arrays.copyOfRange(bytes, end - count, end)));
  }

  void connected() {
    tell(present -> present.connected(System.nanoTime()));
  }

  void lost(String reason) {
    tell(present -> present.lost(System.nanoTime(), reason));
  }

  private void tell(Consumer<WireTap> event) {
    WireTap present = tap;
    if (present == null) {
      return;
    }
    try {
      event.accept(present);
    } catch (RuntimeException | Error e) {
      tap = null;
      ConnectionActor.LOG.warn("{}: the wire tap failed and is taken away", endpoint, e);
    }
  }
}
