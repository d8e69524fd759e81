package dev.voltbus.modbus;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How a [ModbusClient] reaches its device.
///
/// @param endpoint where the device or gateway is
/// @param connectTimeout longest time to resolve the name and open the connection, 1 ms..60 s
/// @param requestTimeout deadline of a request that brings none, 1 ms..10 min; it counts from the
///   call, so waiting in the queue and connecting are part of it
/// @param queueBound most requests that wait, separately for writes and for reads, 1..65536
/// @param pauseAfterConnect silence between opening the connection and the first request, 0..60 s
/// @param lateness how long after its time-out an answer may still come on a wire without
///   transaction ids (RTU and ASCII), 0..60 s; the unit is left alone so long, else the late answer
///   would be taken for the next one's
/// @param tls the files of a `tls` endpoint
/// @param turnaround how long a broadcast on a serial framing (RTU and ASCII) keeps the connection
///   to itself, 0..10 s: no device says that it has carried it out
/// @param tap who sees the bytes on the wire; null for nobody
public record ModbusClientOptions(
    ModbusEndpoint endpoint,
    Duration connectTimeout,
    Duration requestTimeout,
    int queueBound,
    Duration pauseAfterConnect,
    Duration lateness,
    TlsFiles tls,
    Duration turnaround,
    @Nullable WireTap tap) {
  public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(3);
  public static final Duration DEFAULT_REQUEST_TIMEOUT = Duration.ofSeconds(1);
  public static final int DEFAULT_QUEUE_BOUND = 64;
  public static final Duration DEFAULT_PAUSE_AFTER_CONNECT = Duration.ZERO;
  public static final Duration DEFAULT_LATENESS = Duration.ofSeconds(1);

  /// Modbus over serial line V1.02, 2.4.1: typically 100 ms to 200 ms.
  public static final Duration DEFAULT_TURNAROUND = Duration.ofMillis(100);

  static final Duration SHORTEST = Duration.ofMillis(1);
  static final Duration LONGEST_CONNECT = Duration.ofSeconds(60);
  static final Duration LONGEST_REQUEST = Duration.ofMinutes(10);
  static final Duration LONGEST_TURNAROUND = Duration.ofSeconds(10);
  static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

  public ModbusClientOptions {
    Range.check("connectTimeout", connectTimeout, SHORTEST, LONGEST_CONNECT);
    Range.check("requestTimeout", requestTimeout, SHORTEST, LONGEST_REQUEST);
    Range.check("queueBound", queueBound, 1, 65536);
    Range.check("pauseAfterConnect", pauseAfterConnect, Duration.ZERO, LONGEST_PAUSE);
    Range.check("lateness", lateness, Duration.ZERO, LONGEST_PAUSE);
    Range.check("turnaround", turnaround, Duration.ZERO, LONGEST_TURNAROUND);
  }

  /// The usual turnaround, and nobody who watches.
  public ModbusClientOptions(
      ModbusEndpoint endpoint,
      Duration connectTimeout,
      Duration requestTimeout,
      int queueBound,
      Duration pauseAfterConnect,
      Duration lateness,
      TlsFiles tls) {
    this(
        endpoint,
        connectTimeout,
        requestTimeout,
        queueBound,
        pauseAfterConnect,
        lateness,
        tls,
        DEFAULT_TURNAROUND,
        null);
  }

  /// The defaults for an endpoint URL; one of the scheme `tls` may name its files in the query
  /// (`ca-file`, `certificate-file`, `key-file`, `verify-host`).
  ///
  /// @throws IllegalArgumentException for a URL that [ModbusEndpoint#parse] refuses
  public static ModbusClientOptions of(String url) {
    return new ModbusClientOptions(
        ModbusEndpoint.parse(url),
        DEFAULT_CONNECT_TIMEOUT,
        DEFAULT_REQUEST_TIMEOUT,
        DEFAULT_QUEUE_BOUND,
        DEFAULT_PAUSE_AFTER_CONNECT,
        DEFAULT_LATENESS,
        HostUrl.files(url));
  }

  public ModbusClientOptions withConnectTimeout(Duration timeout) {
    return new ModbusClientOptions(
        endpoint,
        timeout,
        requestTimeout,
        queueBound,
        pauseAfterConnect,
        lateness,
        tls,
        turnaround,
        tap);
  }

  public ModbusClientOptions withRequestTimeout(Duration timeout) {
    return new ModbusClientOptions(
        endpoint,
        connectTimeout,
        timeout,
        queueBound,
        pauseAfterConnect,
        lateness,
        tls,
        turnaround,
        tap);
  }

  public ModbusClientOptions withQueueBound(int bound) {
    return new ModbusClientOptions(
        endpoint,
        connectTimeout,
        requestTimeout,
        bound,
        pauseAfterConnect,
        lateness,
        tls,
        turnaround,
        tap);
  }

  public ModbusClientOptions withPauseAfterConnect(Duration pause) {
    return new ModbusClientOptions(
        endpoint,
        connectTimeout,
        requestTimeout,
        queueBound,
        pause,
        lateness,
        tls,
        turnaround,
        tap);
  }

  public ModbusClientOptions withLateness(Duration longest) {
    return new ModbusClientOptions(
        endpoint,
        connectTimeout,
        requestTimeout,
        queueBound,
        pauseAfterConnect,
        longest,
        tls,
        turnaround,
        tap);
  }

  public ModbusClientOptions withTls(TlsFiles files) {
    return new ModbusClientOptions(
        endpoint,
        connectTimeout,
        requestTimeout,
        queueBound,
        pauseAfterConnect,
        lateness,
        files,
        turnaround,
        tap);
  }

  public ModbusClientOptions withTurnaround(Duration time) {
    return new ModbusClientOptions(
        endpoint,
        connectTimeout,
        requestTimeout,
        queueBound,
        pauseAfterConnect,
        lateness,
        tls,
        time,
        tap);
  }

  public ModbusClientOptions withTap(WireTap watcher) {
    return new ModbusClientOptions(
        endpoint,
        connectTimeout,
        requestTimeout,
        queueBound,
        pauseAfterConnect,
        lateness,
        tls,
        turnaround,
        watcher);
  }
}
