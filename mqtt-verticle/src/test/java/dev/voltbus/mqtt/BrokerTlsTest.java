package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.BrokerTls;
import dev.voltbus.contract.Bus;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Encrypted connections to a real mosquitto, and to servers that show what we say in a handshake.
class BrokerTlsTest {
  private static final String HOST = "broker.example";

  private final Vertx vertx =
      Vertx.vertx(
          new VertxOptions()
              .setAddressResolverOptions(
                  new AddressResolverOptions()
                      .setHostsValue(Buffer.buffer("127.0.0.1 " + HOST + " wrong.example\n"))));
  private final Bus bus = Bus.over(vertx);
  @TempDir private Path folder;
  private TestingAuthority authority;
  private int serverPort;
  private @Nullable TestingMosquitto mosquitto;

  @BeforeEach
  void makeAuthority() throws IOException {
    Assumptions.assumeTrue(TestingAuthority.isInstalled(), "openssl is not installed");
    authority = TestingAuthority.in(folder.resolve("ca"), "authority");
  }

  @AfterEach
  void close() {
    Await.result(vertx.close());
    if (mosquitto != null) {
      mosquitto.close();
    }
  }

  /// A broker with a certificate for `broker.example`.
  private int broker(int days, String more) throws IOException {
    Assumptions.assumeTrue(TestingMosquitto.isInstalled(), "mosquitto is not installed");
    authority.sign("broker", HOST, days);
    mosquitto =
        TestingMosquitto.start(
            folder,
            "cafile %s\ncertfile %s\nkeyfile %s\n%s\n"
                .formatted(
                    authority.certificate(),
                    authority.file("broker.pem"),
                    authority.file("broker.key"),
                    more));
    return mosquitto.port();
  }

  private BrokerTls trusting() {
    return new BrokerTls(authority.certificate(), null, null, "", true, "");
  }

  private BrokerTls showing(String certificate, String key) {
    return new BrokerTls(
        authority.certificate(), authority.file(certificate), authority.file(key), "", true, "");
  }

  private TestingGateway gateway(String host, int port, BrokerTls tls) {
    BrokerSettings settings =
        new BrokerSettings(
            "cloud",
            host,
            port,
            "gateway",
            "",
            null,
            "",
            true,
            0,
            false,
            Duration.ofSeconds(30),
            Duration.ofMillis(300),
            tls,
            true);
    return TestingGateway.start(vertx, bus, Fixtures.site(Fixtures.tinybms(settings)));
  }

  private static void awaitConnected(TestingGateway gateway) {
    Await.until(() -> "up".equals(state(gateway)));
  }

  private static String state(TestingGateway gateway) {
    return gateway.health().parts().getOrDefault("publication tinybms", "none");
  }

  private static void assertRefused(TestingGateway gateway, String reason) {
    Await.until(() -> !state(gateway).equals("not connected yet"));
    assertTrue(state(gateway).contains(reason), state(gateway));
  }

  // ---- whom we trust

  @Test
  void aBrokerOfAKnownAuthorityIsTaken() throws Exception {
    awaitConnected(gateway(HOST, broker(2, ""), trusting()));
  }

  @Test
  void aBrokerOfAnUnknownAuthorityIsRefused() throws Exception {
    int port = broker(2, "");
    Path other = TestingAuthority.in(folder.resolve("other"), "another authority").certificate();
    assertRefused(
        gateway(HOST, port, new BrokerTls(other, null, null, "", true, "")),
        "TLS: the broker's certificate is signed by an unknown authority; give its CA as"
            + " server-certificate");
  }

  // As when an authority has changed its key.
  @Test
  void aBrokerOfAnotherAuthorityOfTheSameNameIsRefused() throws Exception {
    int port = broker(2, "");
    Path other = TestingAuthority.in(folder.resolve("other"), "authority").certificate();
    assertRefused(
        gateway(HOST, port, new BrokerTls(other, null, null, "", true, "")),
        "TLS: the broker's certificate is not signed by the authority given as"
            + " server-certificate (");
  }

  @Test
  void aBrokerWithAnotherNameIsRefused() throws Exception {
    assertRefused(
        gateway("wrong.example", broker(2, ""), trusting()),
        "TLS: the broker's certificate is for another host name");
  }

  // A broker behind an address or a tunnel.
  @Test
  void theServerNameIsTheOneThatIsChecked() throws Exception {
    int port = broker(2, "");
    awaitConnected(
        gateway(
            "127.0.0.1", port, new BrokerTls(authority.certificate(), null, null, HOST, true, "")));
  }

  @Test
  void theNameIsNotCheckedWhereThatIsSwitchedOff() throws Exception {
    awaitConnected(
        gateway(
            "wrong.example",
            broker(2, ""),
            new BrokerTls(authority.certificate(), null, null, "", false, "")));
  }

  @Test
  void anExpiredCertificateIsRefused() throws Exception {
    assertRefused(
        gateway(HOST, broker(-1, ""), trusting()), "TLS: the broker's certificate has expired (");
  }

  @Test
  void anOldTlsVersionIsRefused() throws Exception {
    Process server = openssl("-tls1_1", "-cipher", "ALL:@SECLEVEL=0");
    try {
      assertRefused(
          gateway(HOST, serverPort, trusting()),
          "TLS: the broker speaks no TLS version that is safe (1.2 or 1.3 needed)");
    } finally {
      server.destroyForcibly().onExit().join();
    }
  }

  /// A TLS server that prints what it is told.
  private Process openssl(String... options) throws IOException {
    authority.sign("broker", HOST, 2);
    serverPort = TestingMosquitto.freePort();
    List<String> order = new ArrayList<>(List.of("/usr/bin/openssl", "s_server"));
    order.addAll(List.of(options));
    order.addAll(List.of("-accept", "127.0.0.1:" + serverPort));
    order.addAll(List.of("-cert", authority.file("broker.pem").toString()));
    order.addAll(List.of("-key", authority.file("broker.key").toString()));
    Process server = new ProcessBuilder(order).redirectErrorStream(true).start();
    assertTrue(isSaid(server, "ACCEPT"), "does not listen");
    return server;
  }

  private static boolean isSaid(Process server, String text) throws IOException {
    BufferedReader said = server.inputReader();
    for (String line = said.readLine(); line != null; line = said.readLine()) {
      if (line.contains(text)) {
        return true;
      }
    }
    return false;
  }

  @Test
  void aBrokerWithoutTlsIsNamed() throws Exception {
    Assumptions.assumeTrue(TestingMosquitto.isInstalled(), "mosquitto is not installed");
    mosquitto = TestingMosquitto.start(folder);
    assertRefused(gateway("127.0.0.1", mosquitto.port(), trusting()), "is the port one for TLS?");
  }

  // Certificates are renewed while gateways run for years.
  @Test
  void aChangedFileCountsFromTheNextConnectOn() throws Exception {
    int port = broker(2, "");
    Path trusted = folder.resolve("trusted.pem");
    Files.copy(
        TestingAuthority.in(folder.resolve("other"), "another authority").certificate(), trusted);
    TestingGateway gateway = gateway(HOST, port, new BrokerTls(trusted, null, null, "", true, ""));
    assertRefused(gateway, "unknown authority");
    Files.writeString(trusted, Files.readString(authority.certificate()));
    awaitConnected(gateway);
  }

  // ---- who we are

  @ParameterizedTest
  @ValueSource(strings = {"pkcs8", "sec1", "pkcs1"})
  void ourCertificateIsShownWithAKeyOfEachForm(String form) throws Exception {
    int port = broker(2, "require_certificate true");
    if (form.equals("pkcs1")) {
      authority.signRsa("gateway", "gateway.example");
      authority.traditional("gateway", "rsa", "pkcs1.key");
    } else {
      authority.sign("gateway", "gateway.example", 2);
      authority.traditional("gateway", "ec", "sec1.key");
    }
    String key = form.equals("pkcs8") ? "gateway.key" : form + ".key";
    awaitConnected(gateway(HOST, port, showing("gateway.pem", key)));
  }

  @Test
  void aBrokerThatMissesOurCertificateIsNamed() throws Exception {
    assertRefused(
        gateway(HOST, broker(2, "require_certificate true"), trusting()), "client-certificate");
  }

  // ---- what we say in the handshake

  // Brokers that share an address choose by this name; without it they refuse the login.
  @Test
  void theHostIsNamedInTheHandshake() throws Exception {
    assertEquals(HOST, greeted(HOST, trusting()).indicatedServerName());
    assertEquals(
        HOST,
        greeted("127.0.0.1", new BrokerTls(authority.certificate(), null, null, HOST, true, ""))
            .indicatedServerName());
  }

  // A cloud's port 443 tells MQTT from other protocols so.
  @Test
  void theApplicationProtocolIsAgreedOn() throws Exception {
    BrokerTls cloud =
        new BrokerTls(authority.certificate(), null, null, "", true, "x-amzn-mqtt-ca");
    Process server = openssl("-alpn", "x-amzn-mqtt-ca");
    try {
      gateway(HOST, serverPort, cloud);
      assertTrue(isSaid(server, "ALPN protocols selected: x-amzn-mqtt-ca"));
    } finally {
      server.destroyForcibly().onExit().join();
    }
  }

  /// What a server sees of our connection.
  private NetSocket greeted(String host, BrokerTls tls) throws IOException {
    authority.sign("broker", HOST, 2);
    Promise<NetSocket> seen = Promise.promise();
    NetServerOptions options =
        new NetServerOptions()
            .setSsl(true)
            .setSni(true)
            .setKeyCertOptions(
                new PemKeyCertOptions()
                    .addCertPath(authority.file("broker.pem").toString())
                    .addKeyPath(authority.file("broker.key").toString()));
    NetServer server = vertx.createNetServer(options).connectHandler(seen::tryComplete);
    Await.result(server.listen(0, "127.0.0.1"));
    TestingGateway gateway = gateway(host, server.actualPort(), tls);
    NetSocket socket = Await.result(seen.future().timeout(10, TimeUnit.SECONDS));
    gateway.stop();
    return socket;
  }
}
