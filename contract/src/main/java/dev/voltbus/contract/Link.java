package dev.voltbus.contract;

import java.time.Duration;

/// One Modbus connection, shared by its units.
///
/// @param name unique in the site
/// @param url endpoint, such as `tcp://192.0.2.10:502` or `rtu+tcp://192.0.2.11:4196`
/// @param connectTimeout limit for making the connection
/// @param requestTimeout limit for one request
/// @param reconnectMin first pause after a lost connection
/// @param reconnectMax longest pause
public record Link(
    String name,
    String url,
    Duration connectTimeout,
    Duration requestTimeout,
    Duration reconnectMin,
    Duration reconnectMax) {

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
