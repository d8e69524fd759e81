package dev.voltbus.modbus;

import java.time.Duration;

/// How a [ModbusClient] reaches its device.
///
/// @param endpoint where the device or gateway is
/// @param connectTimeout longest time to resolve the name and open the connection, 1 ms..60 s
/// @param requestTimeout deadline of a request that brings none, 1 ms..10 min; it counts from the
///   call, so waiting in the queue and connecting are part of it
/// @param queueBound most requests that wait, separately for writes and for reads, 1..65536
public record ModbusClientOptions(
    ModbusEndpoint endpoint, Duration connectTimeout, Duration requestTimeout, int queueBound) {
  public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(3);
  public static final Duration DEFAULT_REQUEST_TIMEOUT = Duration.ofSeconds(1);
  public static final int DEFAULT_QUEUE_BOUND = 64;

  static final Duration SHORTEST = Duration.ofMillis(1);
  static final Duration LONGEST_CONNECT = Duration.ofSeconds(60);
  static final Duration LONGEST_REQUEST = Duration.ofMinutes(10);

  public ModbusClientOptions {
    Range.check("connectTimeout", connectTimeout, SHORTEST, LONGEST_CONNECT);
    Range.check("requestTimeout", requestTimeout, SHORTEST, LONGEST_REQUEST);
    Range.check("queueBound", queueBound, 1, 65536);
  }

  /// The defaults for an endpoint URL.
  ///
  /// @throws IllegalArgumentException for a URL that [ModbusEndpoint#parse] refuses
  public static ModbusClientOptions of(String url) {
    return new ModbusClientOptions(
        ModbusEndpoint.parse(url),
        DEFAULT_CONNECT_TIMEOUT,
        DEFAULT_REQUEST_TIMEOUT,
        DEFAULT_QUEUE_BOUND);
  }

  public ModbusClientOptions withConnectTimeout(Duration timeout) {
    return new ModbusClientOptions(endpoint, timeout, requestTimeout, queueBound);
  }

  public ModbusClientOptions withRequestTimeout(Duration timeout) {
    return new ModbusClientOptions(endpoint, connectTimeout, timeout, queueBound);
  }

  public ModbusClientOptions withQueueBound(int bound) {
    return new ModbusClientOptions(endpoint, connectTimeout, requestTimeout, bound);
  }
}
