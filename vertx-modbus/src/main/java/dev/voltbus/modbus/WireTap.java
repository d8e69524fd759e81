package dev.voltbus.modbus;

/// Sees what happens on one client's connection: each byte in both directions as it is on the wire,
/// checksums included. `nanos` is monotonic time as of `System.nanoTime()`, taken when the bytes
/// had been handed to the system, or came from it.
///
/// The calls come in order and one at a time, from the thread that owns the connection, which waits
/// for them: a tap that blocks delays the device, and one that throws is taken away. The array is
/// the tap's own.
public interface WireTap {
  /// A whole frame was sent.
  void sent(long nanos, byte[] bytes);

  /// Bytes came, as many as the system had at once: a part of a frame, a frame, or more.
  void received(long nanos, byte[] bytes);

  void connected(long nanos);

  /// The connection was lost, given up or closed.
  void lost(long nanos, String reason);
}
