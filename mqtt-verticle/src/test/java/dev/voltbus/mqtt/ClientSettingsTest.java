package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.BrokerTls;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.Secret;
import dev.voltbus.contract.TimeSource;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.mqtt.MqttClientOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClientSettingsTest {

  private static BrokerSettings secured() {
    return new BrokerSettings(
        "cloud",
        "broker.example",
        8883,
        "gateway-01",
        "user",
        new Secret("pass word"),
        "home/battery",
        false,
        1,
        true,
        Duration.ofSeconds(45),
        Duration.ofMillis(5000),
        new BrokerTls(
            Path.of("/etc/voltbus/ca.pem"),
            Path.of("/etc/voltbus/gateway.pem"),
            Path.of("/etc/voltbus/gateway.key"),
            "other.example",
            true,
            "x-amzn-mqtt-ca"),
        true);
  }

  private static MqttClientOptions options(Publication publication) {
    return ClientSettings.of(
        ConnectionSettings.values(publication, publication.broker()), TimeSource.system());
  }

  @Test
  void anEncryptedConnectionChecksTheHostName() {
    MqttClientOptions options = options(Fixtures.tinybms(secured()));
    assertTrue(options.isSsl());
    assertEquals("HTTPS", options.getHostnameVerificationAlgorithm());
    assertFalse(options.isTrustAll());
    assertEquals(
        List.of("/etc/voltbus/ca.pem"),
        ((PemTrustOptions) options.getTrustOptions()).getCertPaths());
    PemKeyCertOptions own = (PemKeyCertOptions) options.getKeyCertOptions();
    assertEquals(List.of("/etc/voltbus/gateway.pem"), own.getCertPaths());
    assertEquals(List.of("/etc/voltbus/gateway.key"), own.getKeyPaths());
    assertEquals(List.of("x-amzn-mqtt-ca"), options.getApplicationLayerProtocols());
    assertEquals(Set.of("TLSv1.2", "TLSv1.3"), options.getEnabledSecureTransportProtocols());
  }

  @Test
  void settingsReachTheClient() {
    MqttClientOptions options = options(Fixtures.tinybms(secured()));
    assertEquals("tinybms-victron", options.getClientId());
    assertEquals("user", options.getUsername());
    assertEquals("pass word", options.getPassword());
    assertFalse(options.isCleanSession());
    assertEquals(45, options.getKeepAliveInterval());
    assertTrue(options.isTcpNoDelay());
    assertEquals(5_000, options.getConnectTimeout());
    assertFalse(options.isWillFlag());
  }

  @Test
  void theWillIsTheStatusTopic() {
    MqttClientOptions options = options(Fixtures.dbe(secured()));
    assertTrue(options.isWillFlag());
    assertEquals("BE/status", options.getWillTopic());
    assertEquals("offline", options.getWillMessageBytes().toString());
    assertEquals(1, options.getWillQoS());
    assertTrue(options.isWillRetain());
    assertEquals(60, options.getKeepAliveInterval());
  }

  // A command that waited at the broker would act at a time nobody expects.
  @Test
  void theCommandConnectionHasACleanSessionAndNoWill() {
    MqttClientOptions options =
        ClientSettings.of(
            ConnectionSettings.commands(Fixtures.dbe(secured()), "BE/command/+"),
            TimeSource.system());
    assertEquals("dbe_client-cmd", options.getClientId());
    assertTrue(options.isCleanSession());
    assertFalse(options.isWillFlag());
    assertTrue(options.isSsl());
  }

  @Test
  void withoutCredentialsAndTlsNothingIsSet() {
    MqttClientOptions options = options(Fixtures.tinybms(Fixtures.broker(1883)));
    assertFalse(options.isSsl());
    assertNull(options.getUsername());
    assertNull(options.getPassword());
    assertNull(options.getTrustOptions());
  }
}
