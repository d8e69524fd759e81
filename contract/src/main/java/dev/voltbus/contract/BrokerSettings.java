package dev.voltbus.contract;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Settings of an MQTT broker (contract tinybms section 1). Client id, root topic, QoS and retain
/// are defaults that a publication may set for itself.
///
/// @param name name of the broker in the site
/// @param host host name or address
/// @param port TCP port, 1..65535
/// @param clientId MQTT client id
/// @param username user name, empty for none
/// @param password password, or null for none
/// @param rootTopic root topic, may be empty
/// @param cleanSession false keeps the session at the broker
/// @param defaultQos QoS where the contract says `default`, 0..2
/// @param retainByDefault retain flag where the contract says `default`
/// @param keepAlive MQTT keep-alive, whole seconds, 0 (off) to 65535
/// @param reconnectInterval longest pause before a new connection attempt, 0 means at once
/// @param tls how the connection is encrypted, or null for not at all
/// @param kind what the broker takes at most
/// @param maxPayload largest payload it is sent, bytes, 1 to what its kind takes
/// @param enabled false leaves its publications out
public record BrokerSettings(
    String name,
    String host,
    int port,
    String clientId,
    String username,
    @Nullable Secret password,
    String rootTopic,
    boolean cleanSession,
    int defaultQos,
    boolean retainByDefault,
    Duration keepAlive,
    Duration reconnectInterval,
    @Nullable BrokerTls tls,
    BrokerKind kind,
    int maxPayload,
    boolean enabled) {

  public BrokerSettings {
    check(name, "port", port, 1, 65535, "");
    String whose = kind == BrokerKind.PLAIN ? "" : " of " + kind.label();
    check(name, "default-qos", defaultQos, 0, kind.mostQos(), whose);
    check(
        name,
        "keepalive-seconds",
        keepAlive.toSeconds(),
        kind.leastKeepAlive(),
        kind.mostKeepAlive(),
        whose);
    check(name, "max-payload", maxPayload, 1, kind.largestPayload(), whose);
    check(name, "reconnect-interval-ms", reconnectInterval.toMillis(), 0, 3_600_000, "");
  }

  private static void check(
      String name, String field, long value, long min, long max, String whose) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "broker " + name + ": " + field + " " + value + " is not in " + min + ".." + max + whose);
    }
  }

  /// A broker of the kind that its host name tells, sent as much as that takes.
  public BrokerSettings(
      String name,
      String host,
      int port,
      String clientId,
      String username,
      @Nullable Secret password,
      String rootTopic,
      boolean cleanSession,
      int defaultQos,
      boolean retainByDefault,
      Duration keepAlive,
      Duration reconnectInterval,
      @Nullable BrokerTls tls,
      boolean enabled) {
    this(
        name,
        host,
        port,
        clientId,
        username,
        password,
        rootTopic,
        cleanSession,
        defaultQos,
        retainByDefault,
        keepAlive,
        reconnectInterval,
        tls,
        BrokerKind.ofHost(host),
        BrokerKind.ofHost(host).largestPayload(),
        enabled);
  }

  /// The documented defaults, for a broker at an address.
  public static BrokerSettings at(String name, String host, int port) {
    return new BrokerSettings(
        name,
        host,
        port,
        "tinybms-victron",
        "",
        null,
        "victron/tinybms",
        true,
        0,
        false,
        Duration.ofSeconds(30),
        Duration.ofMillis(5000),
        null,
        true);
  }

  public BrokerSettings withClientId(String id) {
    return with(id, rootTopic, cleanSession, defaultQos, retainByDefault, reconnectInterval);
  }

  public BrokerSettings withRootTopic(String root) {
    return with(clientId, root, cleanSession, defaultQos, retainByDefault, reconnectInterval);
  }

  public BrokerSettings withCleanSession(boolean isClean) {
    return with(clientId, rootTopic, isClean, defaultQos, retainByDefault, reconnectInterval);
  }

  public BrokerSettings withQos(int qos, boolean retain) {
    return with(clientId, rootTopic, cleanSession, qos, retain, reconnectInterval);
  }

  public BrokerSettings withReconnectInterval(Duration longest) {
    return with(clientId, rootTopic, cleanSession, defaultQos, retainByDefault, longest);
  }

  private BrokerSettings with(
      String id, String root, boolean isClean, int qos, boolean retain, Duration longest) {
    return new BrokerSettings(
        name,
        host,
        port,
        id,
        username,
        password,
        root,
        isClean,
        qos,
        retain,
        keepAlive,
        longest,
        tls,
        kind,
        maxPayload,
        enabled);
  }

  /// Whether the connection is encrypted.
  public boolean useTls() {
    return tls != null;
  }

  /// Address for people and logs: `mqtts://broker.local:8883`.
  public String address() {
    return (useTls() ? "mqtts://" : "mqtt://") + host + ":" + port;
  }
}
