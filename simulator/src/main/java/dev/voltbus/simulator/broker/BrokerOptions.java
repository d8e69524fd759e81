package dev.voltbus.simulator.broker;

import org.jspecify.annotations.Nullable;

/// Where the broker listens, whom it lets in and what it keeps at most.
///
/// @param host address to listen on
/// @param port TCP port, 0 to 65535; 0 takes a free one, see [MqttBroker#port()]
/// @param credentials what each client has to show; null lets everybody in
/// @param limits bounds of memory
public record BrokerOptions(
    String host, int port, @Nullable Credentials credentials, Limits limits) {

  /// @throws IllegalArgumentException if the port is out of range or the host is blank
  public BrokerOptions {
    if (host.isBlank()) {
      throw new IllegalArgumentException("broker host is blank, an address is needed");
    }
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("broker port " + port + " is outside 0..65535");
    }
  }

  /// A broker without credentials and with the default limits.
  public static BrokerOptions at(String host, int port) {
    return new BrokerOptions(host, port, null, Limits.DEFAULT);
  }

  public BrokerOptions withCredentials(String username, String password) {
    return new BrokerOptions(host, port, new Credentials(username, password), limits);
  }

  public BrokerOptions withLimits(Limits newLimits) {
    return new BrokerOptions(host, port, credentials, newLimits);
  }

  /// One user name and its password; the password is in no text form.
  public record Credentials(String username, String password) {
    @Override
    public String toString() {
      return "Credentials[username=" + username + "]";
    }
  }

  /// Bounds, each at least 1. Beyond them messages are dropped and counted, see
  /// [MqttBroker#dropped()]; larger packets and further sessions are refused.
  ///
  /// @param messageBytes largest packet a client may send, without its fixed header
  /// @param inFlight unacknowledged QoS 1 and 2 messages towards one client
  /// @param queued QoS 1 and 2 messages waiting behind those, for one session
  /// @param queuedBytes their topics and payloads together
  /// @param unwrittenBytes what may wait for a slow client's socket before it counts as congested
  /// @param retained topics with a retained message
  /// @param sessions sessions, connected or not
  public record Limits(
      int messageBytes,
      int inFlight,
      int queued,
      int queuedBytes,
      int unwrittenBytes,
      int retained,
      int sessions) {

    /// In flight and queued are mosquitto's defaults.
    public static final Limits DEFAULT =
        new Limits(256 * 1024, 20, 1000, 16 << 20, 4 << 20, 100_000, 10_000);

    /// @throws IllegalArgumentException if a bound is below 1
    public Limits {
      atLeastOne("messageBytes", messageBytes);
      atLeastOne("inFlight", inFlight);
      atLeastOne("queued", queued);
      atLeastOne("queuedBytes", queuedBytes);
      atLeastOne("unwrittenBytes", unwrittenBytes);
      atLeastOne("retained", retained);
      atLeastOne("sessions", sessions);
    }

    private static void atLeastOne(String name, int value) {
      if (value < 1) {
        throw new IllegalArgumentException("broker limit " + name + " is " + value + ", below 1");
      }
    }
  }
}
