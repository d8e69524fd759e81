package dev.voltbus.modbus;

import java.time.Duration;

/// Where a [ModbusServer] listens and what it bears.
///
/// @param host address to listen on; `0.0.0.0` for all
/// @param port 0..65535; 0 takes a free one, see [ModbusServer#port]
/// @param mostConnections clients at a time, 1..1024; one more is closed at once
/// @param idleTimeout a connection without a byte in either direction for so long is closed, which
///   also ends half-open ones and clients that take no answers; 1 s..1 h
public record ModbusServerOptions(
    String host, int port, int mostConnections, Duration idleTimeout) {
  public static final int DEFAULT_MOST_CONNECTIONS = 16;
  public static final Duration DEFAULT_IDLE_TIMEOUT = Duration.ofSeconds(60);

  public ModbusServerOptions {
    EndpointUrl.checkHost(host);
    Range.check("port", port, 0, 65535);
    Range.check("mostConnections", mostConnections, 1, 1024);
    Range.check("idleTimeout", idleTimeout, Duration.ofSeconds(1), Duration.ofHours(1));
  }

  /// The defaults for an address.
  public static ModbusServerOptions of(String host, int port) {
    return new ModbusServerOptions(host, port, DEFAULT_MOST_CONNECTIONS, DEFAULT_IDLE_TIMEOUT);
  }

  public ModbusServerOptions withMostConnections(int most) {
    return new ModbusServerOptions(host, port, most, idleTimeout);
  }

  public ModbusServerOptions withIdleTimeout(Duration timeout) {
    return new ModbusServerOptions(host, port, mostConnections, timeout);
  }
}
