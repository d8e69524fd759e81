package dev.voltbus.simulator;

import io.vertx.core.buffer.Buffer;

/// The way back to a client: a socket, a datagram's sender, a serial line.
interface Connection {
  void write(Buffer bytes);

  void close();

  /// Ends it without a word of farewell, where the medium knows the difference.
  void reset();
}
