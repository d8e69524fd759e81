package dev.voltbus.mqtt;

import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.BrokerTls;
import dev.voltbus.contract.Secret;
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

  /// Above our own window, which refuses first.
  private static final int NO_LIMIT = 65_536;

  /// Older ones are broken.
  private static final Set<String> PROTOCOLS = Set.of("TLSv1.2", "TLSv1.3");

  private ClientSettings() {}

  /// Options for one connection; secrets and files are read each time, so that a change counts from
  /// the next connection on.
  static MqttClientOptions of(ConnectionSettings settings) {
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
    login(options, broker);
    will(options, settings.presence(), broker.kind().mostQos());
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

  private static void will(MqttClientOptions options, @Nullable Presence presence, int mostQos) {
    if (presence != null) {
      options
          .setWillFlag(true)
          .setWillTopic(presence.topic().name())
          .setWillMessageBytes(presence.offline())
          .setWillQoS(Math.min(presence.topic().qos(), mostQos))
          .setWillRetain(presence.topic().retain());
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
