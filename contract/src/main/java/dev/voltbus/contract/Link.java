package dev.voltbus.contract;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// One Modbus connection, shared by its units.
///
/// @param name unique in the site
/// @param url endpoint, such as `tcp://192.0.2.10:502`, `rtu+tcp://192.0.2.11:4196` or
///   `rtu:///dev/serial/by-id/usb-Adapter?baud=9600`
/// @param connectTimeout limit for making the connection
/// @param requestTimeout limit for one request
/// @param reconnectMin first pause after a lost connection
/// @param reconnectMax longest pause
/// @param tls the files of a `tls` url; null for what the system trusts and no own certificate
/// @param pauseAfterConnect silence between a new connection and its first request
public record Link(
    String name,
    String url,
    Duration connectTimeout,
    Duration requestTimeout,
    Duration reconnectMin,
    Duration reconnectMax,
    @Nullable LinkTls tls,
    Duration pauseAfterConnect) {

  public Link(
      String name,
      String url,
      Duration connectTimeout,
      Duration requestTimeout,
      Duration reconnectMin,
      Duration reconnectMax) {
    this(
        name, url, connectTimeout, requestTimeout, reconnectMin, reconnectMax, null, Duration.ZERO);
  }

  /// The same link with the files of its `tls` url.
  public Link with(LinkTls files) {
    return new Link(
        name,
        url,
        connectTimeout,
        requestTimeout,
        reconnectMin,
        reconnectMax,
        files,
        pauseAfterConnect);
  }

  /// The same link with a silence between a new connection and its first request.
  public Link withPauseAfterConnect(Duration pause) {
    return new Link(
        name, url, connectTimeout, requestTimeout, reconnectMin, reconnectMax, tls, pause);
  }

  /// A link with the documented defaults.
  public static Link to(String name, String url) {
    return new Link(
        name,
        url,
        Duration.ofSeconds(3),
        Duration.ofSeconds(1),
        Duration.ofMillis(250),
        Duration.ofSeconds(30));
  }
}
