package dev.voltbus.mqtt;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A certificate authority of openssl, in a folder of its own.
final class TestingAuthority {
  private static final Path OPENSSL = Path.of("/usr/bin/openssl");
  private static final List<String> ELLIPTIC =
      List.of("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256");

  private final Path folder;

  private TestingAuthority(Path folder) {
    this.folder = folder;
  }

  /// Whether tests with it can run here; prints why not.
  static boolean isInstalled() {
    boolean found = Files.isExecutable(OPENSSL);
    if (!found && "all".equals(System.getenv("VOLTBUS_REQUIRE"))) {
      throw new AssertionError("openssl is not installed, but VOLTBUS_REQUIRE is all");
    }
    if (!found) {
      System.out.println("skipped: openssl is not installed (apt-get install openssl)");
    }
    return found;
  }

  static TestingAuthority in(Path folder, String name) throws IOException {
    TestingAuthority made = new TestingAuthority(Files.createDirectories(folder));
    List<String> order = new ArrayList<>(List.of("req", "-x509"));
    order.addAll(ELLIPTIC);
    order.addAll(List.of("-nodes", "-days", "2", "-subj", "/CN=" + name));
    order.addAll(List.of("-keyout", "ca.key", "-out", "ca.pem"));
    made.openssl(order);
    return made;
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  Path certificate() {
    return file("ca.pem");
  }

  /// Makes `name.pem` and `name.key` (PKCS#8) for a host.
  void sign(String name, String host, int days) throws IOException {
    sign(name, host, days, ELLIPTIC);
  }

  void signRsa(String name, String host) throws IOException {
    sign(name, host, 2, List.of("-newkey", "rsa:2048"));
  }

  private void sign(String name, String host, int days, List<String> kind) throws IOException {
    List<String> request = new ArrayList<>(List.of("req"));
    request.addAll(kind);
    request.addAll(List.of("-nodes", "-subj", "/CN=" + name));
    request.addAll(List.of("-keyout", name + ".key", "-out", name + ".csr"));
    openssl(request);
    Files.writeString(file(name + ".ext"), "subjectAltName=DNS:" + host + "\n");
    openssl(
        List.of(
            "x509",
            "-req",
            "-in",
            name + ".csr",
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-days",
            Integer.toString(days),
            "-extfile",
            name + ".ext",
            "-out",
            name + ".pem"));
  }

  /// Writes a key in the form that openssl had before PKCS#8.
  void traditional(String name, String kind, String to) throws IOException {
    List<String> order = new ArrayList<>(List.of(kind, "-in", name + ".key", "-out", to));
    if (kind.equals("rsa")) {
      order.add("-traditional");
    }
    openssl(order);
  }

  private void openssl(List<String> order) throws IOException {
    List<String> all = new ArrayList<>(List.of(OPENSSL.toString()));
    all.addAll(order);
    Process process =
        new ProcessBuilder(all).directory(folder.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.onExit().join().exitValue() != 0) {
      throw new IOException(String.join(" ", all) + ": " + said);
    }
  }
}
