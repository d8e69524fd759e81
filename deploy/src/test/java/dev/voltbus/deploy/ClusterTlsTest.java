package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.ReplyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Nodes that know one another on the event bus by certificates.
@Timeout(60)
class ClusterTlsTest {
  private static final Path FILES = Path.of("../vertx-modbus/src/test/resources/tls");
  private static final SecretFiles SECRETS = SecretFiles.strict(name -> null);
  private static final DeliveryOptions SHORTLY = new DeliveryOptions().setSendTimeout(3_000);

  private final List<Vertx> nodes = new ArrayList<>();
  @TempDir private Path folder;

  @AfterEach
  void leave() {
    nodes.forEach(node -> node.close().await());
  }

  /// A folder as Kubernetes mounts it.
  private Path files(String certificate, String authority) throws IOException {
    Path made = Files.createDirectories(folder.resolve(certificate + "-" + authority));
    Files.copy(FILES.resolve(certificate + ".pem"), made.resolve("tls.crt"));
    Files.copy(FILES.resolve(certificate + ".key"), made.resolve("tls.key"));
    Files.copy(FILES.resolve(authority + ".pem"), made.resolve("ca.crt"));
    mode(made, "rw-------");
    return made;
  }

  private static void mode(Path files, String mode) throws IOException {
    Files.setPosixFilePermissions(files.resolve("tls.key"), PosixFilePermissions.fromString(mode));
  }

  private Vertx node(Path files) {
    ClusterTls tls = ClusterTls.in(files, SECRETS, Instant.now());
    String site = "tls-" + ProcessHandle.current().pid();
    Vertx node =
        Cluster.of(ClusterOptions.local(1), tls, site, Set.of(), new Revision(0, ""))
            .join(new VertxOptions())
            .await();
    nodes.add(node);
    return node;
  }

  @Test
  void onlyNodesOfTheSameAuthorityAreHeard() throws Exception {
    Vertx server = node(files("server", "ca"));
    List<Object> heard = new ArrayList<>();
    server
        .eventBus()
        .consumer(
            "question",
            question -> {
              heard.add(question.body());
              question.reply("answer");
            })
        .completion()
        .await();
    Vertx client = node(files("client", "ca"));
    assertEquals("answer", client.eventBus().request("question", "client", SHORTLY).await().body());
    Vertx stranger = node(files("stranger", "stranger-ca"));
    assertThrows(
        ReplyException.class,
        () -> stranger.eventBus().request("question", "stranger", SHORTLY).await());
    // One that trusts the authority has no certificate of it yet.
    Vertx half = node(files("stranger", "ca"));
    assertThrows(
        ReplyException.class, () -> half.eventBus().request("question", "half", SHORTLY).await());
    assertEquals(List.of("client"), heard);
  }

  @ParameterizedTest
  @CsvSource({"tls.crt", "ca.crt"})
  void aCertificateThatIsNoneIsNamed(String which) throws Exception {
    Path files = files("server", "ca");
    Files.writeString(files.resolve(which), "-----BEGIN NOTHING-----\n");
    assertRefused(files, files.resolve(which) + " is not a readable file with a certificate");
    Files.delete(files.resolve(which));
    assertRefused(files, files.resolve(which) + " is not a readable file with a certificate");
  }

  @Test
  void aKeyThatIsMissingIsNamed() throws Exception {
    Path files = files("server", "ca");
    Files.delete(files.resolve("tls.key"));
    assertRefused(files, files.resolve("tls.key") + " is not a readable file");
  }

  @Test
  void aKeyThatOthersCanReadIsRefused() throws Exception {
    Path files = files("server", "ca");
    mode(files, "rw-r--r--");
    assertRefused(
        files,
        files.resolve("tls.key")
            + " with mode 0644 can be opened by others than its owner; chmod 600 it");
  }

  @Test
  void aCertificateThatHasExpiredIsRefused() throws Exception {
    Path files = files("server", "ca");
    Instant late = Instant.parse("2200-01-01T00:00:00Z");
    String fault =
        assertThrows(UsageException.class, () -> ClusterTls.in(files, SECRETS, late)).getMessage();
    assertEquals(
        "--cluster-tls: the certificate in "
            + files.resolve("tls.crt")
            + " has expired: 2126-10-28T10:48:13Z",
        fault);
  }

  private static void assertRefused(Path files, String why) {
    String fault =
        assertThrows(UsageException.class, () -> ClusterTls.in(files, SECRETS, Instant.now()))
            .getMessage();
    assertTrue(fault.startsWith("--cluster-tls: " + why), fault);
  }
}
