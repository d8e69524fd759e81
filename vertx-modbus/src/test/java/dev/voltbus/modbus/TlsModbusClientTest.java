package dev.voltbus.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Modbus/TCP Security with certificates on both sides.
class TlsModbusClientTest extends SocketContract {
  private static final Path FILES = Path.of("src/test/resources/tls").toAbsolutePath();

  /// Several at once take their time on a small machine.
  private static final Duration HANDSHAKE = Duration.ofSeconds(20);

  @Override
  TestingFraming framing() {
    return TestingFraming.MBAP;
  }

  @Override
  TestingModbusServer startSlave() {
    return start("server", Set.of("TLSv1.3", "TLSv1.2"));
  }

  private static TestingModbusServer start(String name, Set<String> protocols) {
    return TestingModbusServer.start(
        vertx,
        TestingFraming.MBAP,
        "tls",
        new NetServerOptions()
            .setSsl(true)
            .setEnabledSecureTransportProtocols(protocols)
            .setKeyCertOptions(
                new PemKeyCertOptions()
                    .addCertPath(file(name + ".pem").toString())
                    .addKeyPath(file(name + ".key").toString()))
            .setTrustOptions(new PemTrustOptions().addCertPath(file("ca.pem").toString()))
            .setClientAuth(ClientAuth.REQUIRED));
  }

  private static Path file(String name) {
    return FILES.resolve(name);
  }

  @Override
  ModbusClientOptions reaching(TestingModbusServer target) {
    return super.reaching(target)
        .withConnectTimeout(HANDSHAKE)
        .withTls(files("ca.pem", "client.pem", "client.key"));
  }

  /// Each handshake costs both sides, here in one JVM, some ten milliseconds of work.
  @Override
  int many() {
    return 8;
  }

  private static TlsFiles files(
      @Nullable String authority, @Nullable String certificate, @Nullable String key) {
    return new TlsFiles(
        authority == null ? null : file(authority),
        certificate == null ? null : file(certificate),
        key == null ? null : file(key),
        true);
  }

  @ParameterizedTest
  @CsvSource({
    "client.pem, client.key",
    "client.pem, client.sec1.key",
    "client-rsa.pem, client-rsa.pkcs1.key",
  })
  void keysOfAllThreePemFormsWork(String certificate, String key) throws Exception {
    client = renew(client.options().withTls(files("ca.pem", certificate, key)));
    assertWorks();
  }

  @Test
  void serverThatKnowsOnlyTls12IsReached() throws Exception {
    TestingModbusServer old = start("server", Set.of("TLSv1.2"));
    client = create(reaching(old));
    assertEquals(0, await(client.readHolding(1, 0, 1)).unsigned(0));
    old.stop();
  }

  @Test
  void missingClientCertificateIsNamed() throws Exception {
    client = renew(client.options().withTls(files("ca.pem", null, null)));
    assertRefused("certificate_required");
  }

  @Test
  void clientCertificateOfAnotherAuthorityIsNamed() throws Exception {
    client = renew(client.options().withTls(files("ca.pem", "stranger.pem", "stranger.key")));
    assertRefused("certificate");
  }

  // Under TLS 1.3 the server judges the client after the handshake, so that it shows on the first
  // request.
  private void assertRefused(String word) {
    String text = failure(ModbusException.class, client.readHolding(1, 0, 1)).getMessage();
    assertTrue(text.contains(word) && text.contains("TLS"), text);
  }

  @Test
  void serverOfAnotherAuthorityIsNotTrusted() throws Exception {
    client = renew(client.options().withTls(files("stranger-ca.pem", "client.pem", "client.key")));
    assertUnconnected("TLS handshake failed: the server's certificate is not trusted");
    client = renew(client.options().withTls(files(null, "client.pem", "client.key")));
    assertUnconnected("TLS handshake failed: the server's certificate is not trusted");
  }

  @Test
  void serverUnderAnotherNameIsRefusedUnlessNamesAreNotVerified() throws Exception {
    TestingModbusServer elsewhere = start("elsewhere", Set.of("TLSv1.3"));
    client = create(reaching(elsewhere));
    assertUnconnected("127.0.0.1");
    TlsFiles files = client.options().tls();
    client =
        create(
            client
                .options()
                .withTls(
                    new TlsFiles(files.caFile(), files.certificateFile(), files.keyFile(), false)));
    assertEquals(0, await(client.readHolding(1, 0, 1)).unsigned(0));
    elsewhere.stop();
  }

  @Test
  void serverWithoutTlsIsNamed() throws Exception {
    TestingModbusServer plain = TestingModbusServer.start(vertx, TestingFraming.MBAP);
    client =
        create(
            ModbusClientOptions.of("tls://127.0.0.1:" + plain.port())
                .withConnectTimeout(SHORT)
                .withTls(client.options().tls()));
    assertUnconnected("TLS handshake");
    plain.stop();
  }

  @ParameterizedTest
  @CsvSource({
    "nowhere.pem, client.pem, client.key, ca-file",
    "ca.pem, nowhere.pem, client.key, certificate-file",
    "ca.pem, client.pem, nowhere.key, key-file",
    "client.key, client.pem, client.key, ca-file",
    "ca.pem, client.key, client.key, certificate-file",
    "ca.pem, client.pem, client.pem, key-file",
  })
  void fileThatCannotBeUsedIsNamed(String authority, String certificate, String key, String named)
      throws Exception {
    client = renew(client.options().withTls(files(authority, certificate, key)));
    assertUnconnected(named + " " + FILES);
  }

  private void assertUnconnected(String words) {
    String text = failure(ModbusConnectException.class, client.readHolding(1, 0, 1)).getMessage();
    assertTrue(text.contains(words), text);
  }

  @Test
  void certificateWithoutKeyIsRefusedAtOnce() {
    assertThrows(IllegalArgumentException.class, () -> files("ca.pem", "client.pem", null));
  }
}
