package dev.voltbus.simulator;

import io.vertx.core.Future;

/// What a server listens on.
interface Listener {
  /// Tells of a new connection.
  @FunctionalInterface
  interface Acceptor {
    RequestStream accept(Connection connection);
  }

  Future<Void> open();

  Future<Void> close();

  /// The port that was bound, 0 for a serial line.
  int port();
}
