package dev.voltbus.mqtt;

import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.BrokerTls;
import dev.voltbus.contract.Secret;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.mqtt.ConnectionSettings.Presence;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.mqtt.MqttClientOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Our settings in the words of the Vert.x MQTT client.
final class ClientSettings {
  /// Longest wait for the TCP connection.
  static final int CONNECT_MILLIS = 5_000;

  /// Largest message taken from a broker; a larger one ends the connection.
  static final int LARGEST_MESSAGE = 256 * 1024;

  /// Version of Azure IoT Hub's interface that a device asks for.
  private static final String HUB_VERSION = "2021-04-12";

  /// Above our own window, which refuses first.
  private static final int NO_LIMIT = 65_536;

  /// Older ones are broken.
  private static final Set<String> PROTOCOLS = Set.of("TLSv1.2", "TLSv1.3");

  private ClientSettings() {}

  /// Options for one connection; secrets and files are read each time, so that a change counts from
  /// the next connection on.
  ///
  /// @param time tells how long a token is good for that is made now
  static MqttClientOptions of(ConnectionSettings settings, TimeSource time) {
    BrokerSettings broker = settings.broker();
    MqttClientOptions options = new MqttClientOptions();
    options
        .setClientId(broker.clientId())
        .setCleanSession(broker.cleanSession())
        .setKeepAliveInterval((int) settings.keepAlive().toSeconds())
        .setAutoKeepAlive(false)
        .setMaxInflightQueue(NO_LIMIT)
        .setMaxMessageSize(LARGEST_MESSAGE);
    options.setConnectTimeout(CONNECT_MILLIS).setTcpNoDelay(true);
    if (settings.isHub()) {
      hubLogin(options, settings, time);
    } else {
      login(options, broker);
    }
    will(options, settings);
    @Nullable BrokerTls tls = broker.tls();
    if (tls != null) {
      tls(options, tls);
    }
    return options;
  }

  private static void login(MqttClientOptions options, BrokerSettings broker) {
    if (!broker.username().isEmpty()) {
      options.setUsername(broker.username());
    }
    @Nullable Secret password = broker.password();
    if (password != null) {
      options.setPassword(password.reveal());
    }
  }

  /// A device logs in by a token from its key, or by its certificate and no password.
  private static void hubLogin(
      MqttClientOptions options, ConnectionSettings settings, TimeSource time) {
    BrokerSettings broker = settings.broker();
    @Nullable BrokerTls tls = broker.tls();
    String host = tls == null || tls.serverName().isEmpty() ? broker.host() : tls.serverName();
    options.setUsername(host + "/" + broker.clientId() + "/?api-version=" + HUB_VERSION);
    @Nullable Secret key = broker.password();
    if (key != null && settings.hasToken()) {
      long expiry = time.wallMillis() / 1000 + SasToken.LIFE.toSeconds();
      options.setPassword(SasToken.of(host, broker.clientId(), key, expiry));
    }
  }

  private static void will(MqttClientOptions options, ConnectionSettings settings) {
    @Nullable Presence presence = settings.presence();
    if (presence != null) {
      Topic topic = settings.sent(presence.topic());
      options
          .setWillFlag(true)
          .setWillTopic(topic.name())
          .setWillMessageBytes(presence.offline())
          .setWillQoS(Math.min(topic.qos(), settings.broker().kind().mostQos()))
          .setWillRetain(topic.retain());
    }
  }

  /// The client refuses to connect unless it is told how to check the host name; an empty text
  /// means not at all.
  private static void tls(MqttClientOptions options, BrokerTls tls) {
    options.setSsl(true).setHostnameVerificationAlgorithm(tls.verifyHost() ? "HTTPS" : "");
    options.setEnabledSecureTransportProtocols(PROTOCOLS);
    @Nullable Path trusted = tls.serverCertificate();
    if (trusted != null) {
      options.setTrustOptions(new PemTrustOptions().addCertPath(trusted.toString()));
    }
    @Nullable Path certificate = tls.clientCertificate();
    @Nullable Path key = tls.clientKey();
    if (certificate != null && key != null) {
      options.setKeyCertOptions(
          new PemKeyCertOptions().addCertPath(certificate.toString()).addKeyPath(key.toString()));
    }
    if (!tls.applicationProtocol().isEmpty()) {
      options.setUseAlpn(true).setApplicationLayerProtocols(List.of(tls.applicationProtocol()));
    }
  }
}
