package dev.voltbus.mqtt;

import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.Secret;
import dev.voltbus.mqtt.ConnectionSettings.Presence;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.mqtt.MqttClientOptions;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Our settings in the words of the Vert.x MQTT client.
final class ClientSettings {
  /// Longest wait for the TCP connection.
  static final int CONNECT_MILLIS = 5_000;

  /// Largest message taken from a broker; a larger one ends the connection.
  static final int LARGEST_MESSAGE = 256 * 1024;

  /// Above our own window, which refuses first.
  private static final int NO_LIMIT = 65_536;

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
    will(options, settings.presence());
    if (broker.useTls()) {
      tls(options, broker);
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

  private static void will(MqttClientOptions options, @Nullable Presence presence) {
    if (presence != null) {
      options
          .setWillFlag(true)
          .setWillTopic(presence.topic().name())
          .setWillMessageBytes(presence.offline())
          .setWillQoS(presence.topic().qos())
          .setWillRetain(presence.topic().retain());
    }
  }

  /// The client refuses to connect unless it is told how to check the host name.
  private static void tls(MqttClientOptions options, BrokerSettings broker) {
    options.setSsl(true).setHostnameVerificationAlgorithm("HTTPS");
    @Nullable Path certificate = broker.serverCertificate();
    if (certificate != null) {
      options.setTrustOptions(new PemTrustOptions().addCertPath(certificate.toString()));
    }
  }
}
