package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.Secret;
import dev.voltbus.contract.Site;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Whoever can read the password of the broker can switch the battery.
class SecretFilesTest {
  private static final String PASSWORD = "planted-word";

  @TempDir private Path folder;

  private Path file(String name, String mode) throws IOException {
    Path file = Files.writeString(folder.resolve(name), PASSWORD + "\n");
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  private Path site(String brokerKeys, String links) throws IOException {
    return Files.writeString(
        folder.resolve("site.yaml"),
        """
        site: garage
        links:
          line: %s
        devices:
          pack: { type: tinybms, link: line, unit: 170 }
        brokers:
          local: { %s }
        publications:
          BE: { contract: battery-emulator, broker: local, devices: [pack] }
        """
            .formatted(links, brokerKeys));
  }

  private Path site(String brokerKeys) throws IOException {
    return site(brokerKeys, "{ url: \"tcp://127.0.0.1:1\" }");
  }

  private static CommandRun check(Path site, String... more) {
    String[] arguments = new String[3 + more.length];
    arguments[0] = "check";
    arguments[1] = "--site=" + site;
    arguments[2] = "--config=config";
    System.arraycopy(more, 0, arguments, 3, more.length);
    return CommandRun.of(arguments);
  }

  // ---- on a plain host

  @ParameterizedTest
  @CsvSource({"rw-r--r--,0644", "rw-r-----,0640", "rw--w----,0620", "rw----r--,0604"})
  void aPasswordFileThatOthersCanOpenIsRefusedWithItsMode(String mode, String octal)
      throws IOException {
    Assumptions.assumeTrue(
        Files.getOwner(folder).getName().equals(System.getProperty("user.name")));
    Path password = file("password", mode);
    CommandRun run = check(site("password-file: password"));
    assertEquals(1, run.code());
    assertTrue(
        run.err()
            .contains(
                "site.yaml:7: brokers.local.password-file: "
                    + password
                    + " with mode "
                    + octal
                    + " can be opened by others than its owner; chmod 600 it, or take it as it is"
                    + " with --insecure-files"),
        run.err());
    assertTrue(!run.err().contains(PASSWORD), run.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-------", "r--------"})
  void oneThatOnlyItsOwnerCanOpenIsTaken(String mode) throws IOException {
    file("password", mode);
    CommandRun run = check(site("password-file: password"));
    assertEquals(0, run.code(), run.err());
  }

  // The file behind a link counts, not the link.
  @Test
  void theFileBehindALinkIsJudged() throws IOException {
    Files.createSymbolicLink(folder.resolve("link"), file("password", "rw-r--r--"));
    assertEquals(1, check(site("password-file: link")).code());
  }

  @Test
  void privateKeysAreJudgedAndCertificatesAreNot() throws IOException {
    file("cert.pem", "rw-r--r--");
    Path key = file("key.pem", "rw-r--r--");
    CommandRun run =
        check(
            site(
                "uri: mqtts://127.0.0.1, client-certificate: cert.pem, client-key: key.pem",
                "{ url: \"tls://127.0.0.1:1\", tls: { certificate-file: cert.pem, key-file: key.pem"
                    + " } }"));
    assertTrue(run.err().contains("brokers.local.client-key: " + key + " with mode 0644"));
    assertTrue(run.err().contains("links.line.tls.key-file: " + key + " with mode 0644"));
    assertEquals(2, run.err().lines().count(), run.err());
  }

  @Test
  void aPasswordFromAFileOfVariablesThatOthersCanOpenIsRefused() throws IOException {
    Path env = Files.writeString(folder.resolve("env"), "BROKER_WORD=" + PASSWORD + "\n");
    Files.setPosixFilePermissions(env, PosixFilePermissions.fromString("rw-r--r--"));
    Path site = site("password-env: BROKER_WORD");
    CommandRun run = check(site, "--env-file=" + env);
    assertTrue(
        run.err().contains("variable BROKER_WORD is from " + env + " with mode 0644"), run.err());
    Files.setPosixFilePermissions(env, PosixFilePermissions.fromString("rw-------"));
    assertEquals(0, check(site, "--env-file=" + env).code());
  }

  @Test
  void insecureFilesAreTakenWhereThatIsAskedFor() throws IOException {
    file("password", "rw-r--r--");
    CommandRun run = check(site("password-file: password"), "--insecure-files");
    assertEquals(0, run.code(), run.err());
  }

  // ---- where others put the files

  /// The rule, for users that a test cannot become.
  @ParameterizedTest
  @CsvSource({
    "0600, 1000, 1000, true",
    "0640, 1000, 1000, false",
    "0640, 1001, 1000, false", // a file of another user who is not root
    "0400,    0, 1000, true",
    "0440,    0, 1000, true", // systemd with an access list, Kubernetes with an fsGroup
    "0640,    0, 1000, true", // root:ssl-cert
    "0660,    0, 1000, false",
    "0444,    0, 1000, false",
    "0440,    0,    0, false",
    "0400,    0,    0, true"
  })
  void rootsFilesMayBeReadByTheGroupOfAService(
      String mode, long owner, long user, boolean isPrivate) {
    FileAccess access = new FileAccess(Integer.parseInt(mode, 8), owner, user, false);
    assertEquals(isPrivate, access.isPrivate());
  }

  // As systemd makes them: the folder can be entered by the service alone, and changed by nobody.
  @Test
  void systemdCredentialsAreNamedByTheirFolder() throws Exception {
    Path credentials = Files.createDirectory(folder.resolve("credentials"));
    Files.move(file("broker", "r--------"), credentials.resolve("broker"));
    Files.setPosixFilePermissions(credentials, PosixFilePermissions.fromString("r-x------"));
    Path site = site("password-file: \"${CREDENTIALS_DIRECTORY}/broker\"");
    assertEquals(
        new Secret(PASSWORD), password(site, "CREDENTIALS_DIRECTORY", credentials.toString()));
    Files.setPosixFilePermissions(credentials, PosixFilePermissions.fromString("rwx------"));
  }

  // Mode 0644 is what a Secret has in a pod unless its volume says otherwise.
  @Test
  void secretsOfAPodAreTakenInPodsOnly() throws Exception {
    Assumptions.assumeTrue("root".equals(Files.getOwner(folder).getName()), "needs files of root");
    Path version = Files.createDirectory(folder.resolve("..2026_11_26_17_00_00.123"));
    Files.move(file("word", "rw-r--r--"), version.resolve("word"));
    Files.createSymbolicLink(folder.resolve("..data"), version.getFileName());
    Files.createSymbolicLink(folder.resolve("word"), Path.of("..data/word"));
    Path site = site("password-file: word");
    assertEquals(new Secret(PASSWORD), password(site, "KUBERNETES_SERVICE_HOST", "10.43.0.1"));
    assertEquals(1, check(site).code());
  }

  private static @Nullable Secret password(Path site, String variable, String value)
      throws ConfigException {
    Site loaded =
        SiteFiles.load(
            site, Path.of("config"), Map.of(), name -> name.equals(variable) ? value : null);
    return loaded.publications().getFirst().broker().password();
  }
}
