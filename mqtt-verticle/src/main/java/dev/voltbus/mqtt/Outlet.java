package dev.voltbus.mqtt;

import io.vertx.core.buffer.Buffer;

/// Where rendered messages leave.
interface Outlet {

  /// Takes a message on its way.
  ///
  /// @return false if it cannot be taken now; the refusal is counted already
  boolean offer(Topic topic, Buffer payload);
}
