package dev.voltbus.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/// An authority with a server's and a client's certificate, made by the JDK's keytool.
final class TestingCertificates {
  private static final String PASSWORD = "changeit";

  private final Path folder;

  private TestingCertificates(Path folder) {
    this.folder = folder;
  }

  static TestingCertificates in(Path folder) throws Exception {
    TestingCertificates made = new TestingCertificates(folder);
    made.keytool("ca", "-genkeypair", "-dname", "CN=test ca", "-ext", "bc:c");
    made.export("ca");
    for (String name : List.of("server", "client")) {
      made.keytool(name, "-genkeypair", "-dname", "CN=" + name);
      made.keytool(name, "-certreq", "-file", made.file(name + ".csr"));
      made.keytool(
          "ca",
          "-gencert",
          "-ext",
          "san=ip:127.0.0.1",
          "-rfc",
          "-infile",
          made.file(name + ".csr"),
          "-outfile",
          made.file(name + ".pem"));
      made.importInto(name, "ca", made.file("ca.pem"));
      made.importInto(name, name, made.file(name + ".pem"));
    }
    made.writeKey("server");
    return made;
  }

  private void export(String name) throws Exception {
    keytool(name, "-exportcert", "-rfc", "-file", file(name + ".pem"));
  }

  private void importInto(String store, String alias, String pem) throws Exception {
    run(
        List.of(
            "keytool",
            "-importcert",
            "-noprompt",
            "-alias",
            alias,
            "-file",
            pem,
            "-keystore",
            file(store + ".p12"),
            "-storepass",
            PASSWORD));
  }

  private void keytool(String store, String... order) throws Exception {
    List<String> all = new ArrayList<>(List.of("keytool"));
    all.addAll(List.of(order));
    all.addAll(List.of("-alias", store, "-keystore", file(store + ".p12")));
    all.addAll(List.of("-storepass", PASSWORD));
    if (order[0].equals("-genkeypair")) {
      all.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1", "-validity", "2"));
    }
    run(all);
  }

  private static void run(List<String> order) throws Exception {
    Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    List<String> all = new ArrayList<>(order);
    all.set(0, keytool.toString());
    Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
  }

  private void writeKey(String name) throws GeneralSecurityException, IOException {
    byte[] key = store(name).getKey(name, PASSWORD.toCharArray()).getEncoded();
    Files.writeString(
        folder.resolve(name + ".key"),
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder().encodeToString(key)
            + "\n-----END PRIVATE KEY-----\n");
  }

  private KeyStore store(String name) throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(folder.resolve(name + ".p12"))) {
      store.load(in, PASSWORD.toCharArray());
    }
    return store;
  }

  private String file(String name) {
    return folder.resolve(name).toString();
  }

  Endpoint.TlsFiles files(String server, String clientCa) {
    return new Endpoint.TlsFiles(
        file(server + ".pem"), file(server + ".key"), file(clientCa + ".pem"));
  }

  /// A client that trusts the authority.
  ///
  /// @param certificate name of its own certificate, empty for none
  SSLSocket connect(int port, String certificate) throws GeneralSecurityException, IOException {
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store("client"));
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        certificate.isEmpty() ? new KeyManager[0] : keys(certificate),
        trust.getTrustManagers(),
        null);
    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port);
    socket.setSoTimeout(20_000);
    return socket;
  }

  private KeyManager[] keys(String name) throws GeneralSecurityException, IOException {
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store(name), PASSWORD.toCharArray());
    return keys.getKeyManagers();
  }
}
